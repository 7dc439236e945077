"""The log and the sheets, as the admin shows them."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from criteria.actions.log import entry
from criteria.actions.records import save_record
from criteria.models import Activity, RequirementValue
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    UserFactory,
    WardFactory,
)

LIST = reverse("admin:criteria_activity_changelist")


def page_of(entry, page="change"):
    return reverse(f"admin:criteria_activity_{page}", args=[entry.pk])


def listed(client, **query):
    return list(client.get(LIST, query).context["cl"].result_list)


def test_the_log_is_searched_by_person_record_and_ward(office):
    person = UserFactory(full_name="Trần Văn Đức")
    save_record(WardFactory.build(name="Trường Thi"), acting_user=person)
    save_record(
        WardFactory.build(name="Đông A"), acting_user=UserFactory(), reason="Theo Nghị quyết 1104"
    )
    wanted, other = Activity.objects.order_by("seq")
    assert listed(office, q="van duc") == [wanted]
    assert listed(office, q="truong thi") == [wanted]
    assert listed(office, q="Trường") == [wanted]
    assert listed(office, q="dong a") == listed(office, q="nghi quyet") == [other]


def test_the_log_is_filtered_by_verb_and_date(office):
    ward = WardFactory()
    old = entry(Activity.Verb.CHANGE, ward, acting_user=None)
    old.at = timezone.now() - timedelta(days=800)
    new = entry(Activity.Verb.DELETE, ward, acting_user=None)
    Activity.objects.append([old, new])
    assert listed(office, verb__exact="change") == [old]
    assert listed(office, at__year=old.at.year) == [old]
    assert listed(office) == [new, old]


def test_an_entry_says_what_changed_in_the_words_of_the_pages(office, administrator):
    ward = WardFactory(name="<b>Trường Thi</b>")
    ward.population = 69988
    save_record(ward, acting_user=administrator)
    text = office.get(page_of(Activity.objects.get())).content.decode()
    label = str(type(ward)._meta.get_field("population").verbose_name)
    assert label[1:] in text
    assert "69988" in text
    assert "<b>Trường" not in text


def test_an_entry_about_a_kind_of_record_that_is_no_more_opens(office):
    row = entry(Activity.Verb.CHANGE, WardFactory(), acting_user=None, after={"gone": "x"})
    row.object_type = "criteria.formerly"
    Activity.objects.append([row])
    text = office.get(page_of(row)).content.decode()
    assert "criteria.formerly" in text
    assert "gone" in text


def test_the_history_of_an_entry_is_that_of_its_record(office, administrator):
    ward = WardFactory.build()
    save_record(ward, acting_user=administrator)
    save_record(WardFactory.build(), acting_user=administrator)
    ward.population = 1
    save_record(ward, acting_user=administrator)
    first, _other, last = Activity.objects.order_by("seq")
    page = office.get(page_of(first, "history"), follow=True)
    assert list(page.context["cl"].result_list) == [last, first]


def test_the_history_of_a_load_is_that_of_its_kind(office):
    load = entry(Activity.Verb.LOAD, WardFactory(), acting_user=None, about=["wards.csv"])
    load.object_id = None
    Activity.objects.append([load])
    page = office.get(page_of(load, "history"), follow=True)
    assert list(page.context["cl"].result_list) == [load]
    assert office.get(reverse("admin:criteria_activity_history", args=[99])).status_code == 404


def test_a_sheet_shows_what_was_entered(office):
    sheet = AssessmentFactory()
    criterion = CriterionFactory(criteria_set=sheet.round.criteria_set)
    area = RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", threshold=400, unit="m²"
    )
    plan = RequirementFactory(criterion=criterion)
    title = RequirementFactory(criterion=criterion, measure="title", unit="năm")
    result = ResultFactory(assessment=sheet)
    RequirementValue.objects.create(result=result, requirement=area, self_value="420.50")
    RequirementValue.objects.create(result=result, requirement=plan, self_value=0)
    RequirementValue.objects.create(
        result=result, requirement=title, self_value=2026, verified_value=0
    )
    url = reverse("admin:criteria_assessment_change", args=[sheet.pk])
    text = office.get(url).content.decode()
    assert f"{area.text}: 420,5 m² → –" in text
    assert f"{plan.text}: Không → –" in text
    with translation.override("vi"):
        won = gettext("Won for %(year)d") % {"year": 2026}
        assert f"{title.text}: {won} → {pgettext('title', 'Not won')}" in text
