"""A draft is saved before it is taken on; what publishing locks is looked through first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.catalogue import clone_set
from criteria.models import CriteriaSet
from criteria.overviews.publishing import read_publishing
from tests.admin.forms import errors, save
from tests.admin.test_catalogue import page_of, publish
from tests.factories import CriterionFactory, RequirementFactory, UserFactory, make_set
from tests.reading import find, one, text


@pytest.fixture
def draft(db):
    return make_set(n_criteria=2, status="draft", code="draft")


def test_a_draft_is_saved_before_it_is_taken_on_and_a_published_set_is_cloned_alone(office, draft):
    page = office.get(page_of(draft))
    for name in ("clone", "publish"):
        assert one(page, f".submit-row [name=_{name}]") is not None
        assert page_of(draft, name) not in page.content.decode()
    published = make_set(n_criteria=2, status="published", code="published")
    page = office.get(page_of(published)).content.decode()
    assert page_of(published, "clone") in page
    assert "_publish" not in page


def test_what_is_typed_is_saved_before_publishing_shows_what_it_locks(office, draft):
    answer = save(office, page_of(draft), title="Bộ mới", _publish="1")
    assert answer.url == page_of(draft, "publish")
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("Bộ mới", "draft")
    assert "Bộ mới" in office.get(answer.url).content.decode()
    refused = save(office, page_of(draft), title="", _publish="1")
    assert refused.status_code == 200
    assert errors(refused)


def test_what_is_typed_is_saved_before_it_is_cloned(office, draft):
    answer = save(office, page_of(draft), title="Bộ mới", _clone="1")
    made = CriteriaSet.objects.exclude(pk=draft.pk).get()
    assert answer.url == page_of(made)
    assert {each.title for each in CriteriaSet.objects.all()} == {"Bộ mới"}


def test_publishing_says_what_is_locked_and_what_differs_from_the_set_before(office):
    former = make_set(n_criteria=2, status="published", code="published")
    left = CriterionFactory(criteria_set=former, group=former.groups.first(), number=3)
    made = clone_set(former, code="moi", acting_user=UserFactory())
    made.criteria.filter(number=3).delete()
    office.cookies["django_language"] = "en"
    assert "No criterion differs" in text(office.get(page_of(made, "publish")))
    same, changed = made.criteria.order_by("number")
    changed.requirements.update(text="Nội dung khác")
    new = CriterionFactory(criteria_set=made, group=same.group, number=3)
    RequirementFactory(criterion=new)
    page = text(office.get(page_of(made, "publish")))
    for said in ("3 criteria", "3 requirements", "2 criteria differ", f"by none: {left}"):
        assert said in page
    changes = {each.criterion: each.change for each in read_publishing(made).criteria}
    assert changes == {same: "none", changed: "asks_otherwise", new: "new"}
    made.criteria.filter(number=1).update(name="Tên khác")
    (first, *_rest) = read_publishing(made).criteria
    assert first.change == "worded_otherwise"
    same.requirements.all().delete()
    page = office.get(page_of(made, "publish"))
    assert "cannot be published yet" in text(page)
    assert not find(page, ".publishing-yes button")


def test_what_somebody_changed_meanwhile_is_not_published_unseen(office, draft):
    seen = one(office.get(page_of(draft, "publish")), "[name=seen]").get("value")
    draft.criteria.filter(number=1).update(name="Khác")
    for said in ({"seen": seen}, {}):
        refused = office.post(page_of(draft, "publish"), said)
        assert refused.url == page_of(draft, "publish")
        draft.refresh_from_db()
        assert draft.status == "draft"
    assert publish(office, draft).url == page_of(draft)
    draft.refresh_from_db()
    assert draft.status == "published"


def test_the_page_that_publishes_costs_the_same_for_any_number_of_criteria(office, draft):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(page_of(draft, "publish"))
        return len(captured)

    before, group = cost(), draft.groups.first()
    for number in range(3, 20):
        criterion = CriterionFactory(criteria_set=draft, group=group, number=number)
        RequirementFactory(criterion=criterion)
    assert cost() == before
