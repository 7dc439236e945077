"""The begun sheet of a ward in an open round, and whoever may come to it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from criteria.actions.evidence import DocumentFacts, add_evidence
from criteria.models import Assessment
from tests.conftest import again, make_person, signed_in
from tests.factories import (
    MembershipFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.files.samples import pdf

ACTORS = ["anonymous", "outsider", "own", "other", "city", "verifier", "leader", "administrator"]


@pytest.fixture(scope="module")
def world(kept_for_module):
    """The begun sheet of a ward in an open round, and a client of each actor."""
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    sheet = Assessment.objects.create(ward=WardFactory(name="Trường Thi"), round=round)
    ResultFactory(assessment=sheet)
    roles = {"own": "ward", "other": "ward"}
    users = {actor: make_person(roles.get(actor, actor)) for actor in ACTORS[2:]}
    MembershipFactory(user=users["own"], ward=sheet.ward)
    users["outsider"] = UserFactory()
    return sheet, {actor: signed_in(user) for actor, user in users.items()}


@pytest.fixture
def sheet(world, db):
    made, _clients = world
    return Assessment.objects.select_related("ward", "round").get(pk=made.pk)


@pytest.fixture
def clients(world, db):
    _sheet, clients = world
    return {actor: again(clients[actor]) if actor in clients else Client() for actor in ACTORS}


@pytest.fixture
def document(sheet):
    """Of the sheet's ward, with its file."""
    file = SimpleUploadedFile("a.pdf", pdf())
    facts, by = DocumentFacts("Kế hoạch"), UserFactory()
    made, _is_new = add_evidence(sheet.ward, facts, file, acting_user=by)
    return made
