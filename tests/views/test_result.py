"""The page of one result: both opinions, what they rest on, and who may read which."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from criteria.models import Assessment, Criterion, Round
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    ResultFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)
from tests.reading import links, text

pytestmark = pytest.mark.django_db


def numbered(round: Round) -> dict[int, Criterion]:
    return {criterion.number: criterion for criterion in round.criteria_set.criteria.all()}


@pytest.fixture
def round() -> Round:
    """Ended on 15 November."""
    return RoundFactory(criteria_set=make_set(n_criteria=4))


@pytest.fixture
def leader(client_of: Callable[..., Client]) -> Client:
    return client_of("leader")


@pytest.fixture
def sheet(round: Round) -> Assessment:
    """Approved; criterion 1 asks for a figure that the verifier has found too small."""
    ward = WardFactory(name="Trường Thi")
    criterion = numbered(round)[1]
    criterion.guidance, criterion.lead_agency = "Đo diện tích sử dụng", "Phòng Hậu cần"
    criterion.save()
    asked = criterion.requirements.get()
    asked.measure, asked.comparator, asked.unit = "number", ">=", "m²"
    asked.norm_per_ward = True
    asked.save()
    earlier = RoundFactory(year=2025, criteria_set=round.criteria_set, status=Round.Status.CLOSED)
    sheets = [approve_with(ward, one, {1: "not_met", 2: "met"}) for one in (earlier, round)]
    for one, said, found in ((sheets[0], 90, 90), (sheets[1], 155, 1250)):
        result = one.results.get(criterion=criterion)
        result.values.create(
            requirement=asked, self_value=said, verified_value=found, threshold_applied=1500
        )
    result.self_verdict, result.finding = "met", "Đo lại: thiếu"
    result.explanation = "Theo giấy chứng nhận"
    result.save()
    document = EvidenceFactory(ward=ward, title="Bản vẽ trụ sở")
    result.evidence_uses.create(
        evidence=document, attached_by=result.entered_by, attached_at=timezone.now()
    )
    return sheets[1]


def result_url(sheet: Assessment, number: int = 1) -> str:
    criterion = numbered(sheet.round)[number]
    return reverse("criteria:result-detail", args=[sheet.round_id, sheet.ward_id, criterion.pk])


def test_a_result_shows_both_opinions_and_what_they_rest_on(
    leader: Client, sheet: Assessment
) -> None:
    leader.cookies["django_language"] = "en"
    response = leader.get(result_url(sheet))
    ways, shown = links(response), text(response)
    result = sheet.results.get(criterion__number=1)
    for word in (
        "Tiêu chí 1",
        "Ward Trường Thi",
        "Đo diện tích sử dụng",
        "Phòng Hậu cần",
        "≥ 1500 m²",
        "155 m²",
        "1250 m²",
        "250 m² short",
        "90 m²",
        "Theo giấy chứng nhận",
        "Đo lại: thiếu",
        "Bản vẽ trụ sở",
        result.entered_by.full_name,
        result.verified_by.full_name,
        "Đợt 2025",
    ):
        assert word in shown, word
    criterion = result.criterion
    earlier = Assessment.objects.get(round__year=2025)
    for url in (
        reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id]) + f"#c{criterion.pk}",
        reverse("criteria:ward-detail", args=[sheet.ward_id]),
        reverse("criteria:criterion-detail", args=[criterion.pk]),
        result_url(earlier),
        f"{reverse('criteria:log')}?sheet={sheet.pk}&criterion={criterion.pk}",
    ):
        assert url in ways, url
    assert "provisional" not in shown


def test_a_result_of_an_earlier_round_leads_to_the_day_of_its_end(
    leader: Client, sheet: Assessment
) -> None:
    earlier = Assessment.objects.get(round__year=2025)
    body = leader.get(result_url(earlier)).content.decode()
    assert 'href="/matrix/?on=2025-11-15"' in body
    assert 'href="/matrix/"' in leader.get(result_url(sheet)).content.decode()


def test_the_history_is_for_those_who_read_the_log(
    client_of: Callable[..., Client], sheet: Assessment
) -> None:
    link = f"{reverse('criteria:log')}?sheet={sheet.pk}"
    assert link in client_of("leader").get(result_url(sheet)).content.decode()
    assert link not in client_of("verifier").get(result_url(sheet)).content.decode()


def test_the_unit_waits_for_the_end_of_verification(
    client_of: Callable[..., Client], make_user: Callable[..., User], sheet: Assessment
) -> None:
    columns = steps_to("verifying") | dict.fromkeys(
        ("n_met", "n_not_met", "n_not_applicable", "n_pending", "approved_by", "approved_at")
    )
    Assessment.objects.filter(pk=sheet.pk).update(**columns)
    user = make_user("ward")
    MembershipFactory(user=user, ward=sheet.ward)
    unit = client_of(user)
    unit.cookies["django_language"] = "en"
    shown = text(unit.get(result_url(sheet)))
    assert "Đo lại" not in shown
    assert "1250" not in shown
    assert "Not met" not in shown.replace("Đợt 2025 Not met", "")
    assert "155 m²" in shown
    assert "provisional" in shown
    verifier = text(client_of("verifier").get(result_url(sheet)))
    assert "Đo lại" in verifier


def test_a_result_that_nobody_has_judged_is_pending(leader: Client, sheet: Assessment) -> None:
    leader.cookies["django_language"] = "en"
    assert "Not assessed yet" in text(leader.get(result_url(sheet, 3)))
    unbegun = Assessment(ward=WardFactory(), round=sheet.round)
    assert "Not assessed yet" in text(leader.get(result_url(unbegun)))


def test_there_is_no_result_of_another_set_or_an_unknown_ward(
    leader: Client, sheet: Assessment
) -> None:
    other = make_set(n_criteria=1).criteria.get()
    of_sheet = [sheet.round_id, sheet.ward_id]
    for of in ([*of_sheet, other.pk], [*of_sheet, 0], [sheet.round_id, 0, other.pk]):
        assert leader.get(reverse("criteria:result-detail", args=of)).status_code == 404


def test_htmx_gets_the_result_alone_with_the_way_to_its_page(
    leader: Client, sheet: Assessment
) -> None:
    response = leader.get(result_url(sheet), headers={"HX-Request": "true"})
    body = response.content.decode()
    assert "<html" not in body
    assert 'id="result-title"' in body
    assert f'href="{result_url(sheet)}"' in body
    assert "HX-Request" in response.headers["Vary"]


def test_an_unbegun_criterion_of_a_commune_has_no_result(leader: Client, round: Round) -> None:
    commune = Assessment(ward=WardFactory(kind="commune"), round=round)
    assert leader.get(result_url(commune)).status_code == 404


def test_the_first_criterion_of_a_set_can_replace_another(leader: Client, round: Round) -> None:
    """The result before is of the criterion that this one replaces, in its own set."""
    old = make_set(n_criteria=1)
    Criterion.objects.filter(pk=numbered(round)[1].pk).update(replaces=old.criteria.get())
    ward = WardFactory()
    earlier = approve_with(
        ward, RoundFactory(year=2025, criteria_set=old, status=Round.Status.CLOSED), {1: "not_met"}
    )
    sheet = Assessment.objects.create(ward=ward, round=round)
    ResultFactory(assessment=sheet)
    assert f'href="{result_url(earlier)}"' in leader.get(result_url(sheet)).content.decode()
