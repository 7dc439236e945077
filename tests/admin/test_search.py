"""Nobody types diacritics into a search box."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import Pledge, WardNorm, WardSuccession
from tests.factories import (
    CriteriaSetFactory,
    RecognitionFactory,
    RequirementFactory,
    RoadmapTargetFactory,
    RoundFactory,
    WardFactory,
)


def list_of(model):
    return reverse(f"admin:criteria_{model._meta.model_name}_changelist")


def listed(client, model, words):
    return list(client.get(list_of(model), {"q": words}).context["cl"].result_list)


def make_round(i, text):
    return RoundFactory(name=f"{text} {i}", year=2000 + i)


def make_criteria_set(i, text):
    return CriteriaSetFactory(title=text)


def make_set_by_basis(i, text):
    return CriteriaSetFactory(title="x", legal_basis=text)


def make_target(i, text):
    return RoadmapTargetFactory(legal_basis=text, due_on=date(2000 + i, 12, 31))


def make_pledge(i, text):
    return Pledge.objects.create(ward=WardFactory(name="A"), year=2026, legal_basis=text)


def make_recognition(i, text):
    return RecognitionFactory(ward=WardFactory(name="A"), decision_number=text)


def make_norm(i, text):
    return WardNorm.objects.create(
        ward=WardFactory(name="A"),
        requirement=RequirementFactory(measure="number", comparator=">=", norm_per_ward=True),
        threshold=1,
        legal_basis=text,
        valid_from=date(2023, 1, 1),
    )


def make_norm_by_requirement(i, text):
    norm = make_norm(i, "x")
    norm.requirement.text = text
    norm.requirement.save()
    return norm


def make_succession(i, text):
    return WardSuccession.objects.create(
        outside_name=text,
        successor=WardFactory(name="A"),
        effective_on=date(2025, 7, 1),
        relation="merged_into",
        legal_basis="x",
    )


MAKERS = [
    make_round,
    make_criteria_set,
    make_set_by_basis,
    make_target,
    make_pledge,
    make_recognition,
    make_norm,
    make_norm_by_requirement,
    make_succession,
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("words", ["quyet dinh do", "do dinh", "QUYẾT", "Đỏ", "quyết định"])
def test_text_is_found_without_diacritics(office, make, words):
    wanted, other = make(1, "Quyết định Đỏ"), make(2, "Kế hoạch")
    found = listed(office, type(wanted), words)
    assert found == [wanted], (found, other)


def test_words_may_be_of_the_ward_and_of_the_text(office):
    wanted = make_pledge(1, "Kế hoạch")
    wanted.ward.name = "Đông A"
    wanted.ward.save()
    make_pledge(2, "Kế hoạch")
    assert listed(office, Pledge, "dong ke hoach") == [wanted]


@pytest.mark.parametrize("make", MAKERS)
def test_a_search_costs_the_same_for_any_number_of_rows_and_words(office, make):
    model = type(make(1, "Quyết định"))

    def cost(words):
        with CaptureQueriesContext(connection) as queries:
            listed(office, model, words)
        return len(queries)

    cost("quyet")
    few = cost("quyet")
    for i in range(2, 20):
        make(i, "Quyết định")
    assert cost("quyet dinh") == few
