"""The small city with what leaders look at: rounds approved, wards merged, another criteria set."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from criteria.models import (
    CriteriaSet,
    Criterion,
    Evidence,
    EvidenceUse,
    Pledge,
    Requirement,
    Result,
    Ward,
    WardBoundary,
    WardNorm,
    WardSuccession,
    WardTile,
)
from criteria.verdicts import Verdict
from tests.browser.city import City, answer_all
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    EvidenceFactory,
    RecognitionFactory,
    RequirementFactory,
    RoadmapTargetFactory,
    WardFactory,
    approve_with,
)

FINDING = "Đo lại: thiếu so với định mức"
AREA = 3  # the criterion that the officer's ward lacks, and no other
FEWER, STRICTER = 110, 115  # households: of the ward that is ready, and asked for by the other set


@dataclass(frozen=True)
class Years:
    """Wards by where they stand today; what stood in their place a year ago; another set.

    Today: `city.other` is ready, `city.own` lacks the area, `middling` lacks three criteria, `far`
    lacks all of them, `merged` and `city.approvable` have no approved sheet. At the end of the
    earlier round `middling` and `former[0]` were ready, and `merged` was not there.
    """

    middling: Ward
    far: Ward
    merged: Ward
    former: tuple[Ward, Ward]  # became `merged`; the first was ready
    merged_on: date
    other_set: CriteriaSet  # without the area, and stricter on the second one
    document: Evidence  # attached where the officer's ward lacks the area


def make_years(city: City) -> Years:
    """Add the years to a city whose year has begun."""
    merged_on = city.earlier.ends_on + timedelta(days=60)
    middling, far = (WardFactory(name=name) for name in ["Cửa Bắc", "Năng Tĩnh"])
    former = (
        WardFactory(name="Vị Xuyên", valid_to=merged_on),
        WardFactory(name="Ngô Quyền", valid_to=merged_on),
    )
    merged = WardFactory(name="Nam Phong", valid_from=merged_on)
    for ward in former:
        WardSuccession.objects.create(
            predecessor=ward,
            successor=merged,
            effective_on=merged_on,
            relation=WardSuccession.Relation.MERGED_INTO,
            legal_basis="Nghị quyết để thử",
        )
    wards = [city.own, city.other, city.approvable, middling, far, *former, merged]
    _give_places(wards)
    _give_norms(city, wards)
    _approve(city, city.earlier, {former[0]: [], former[1]: [5], city.other: [2], middling: []})
    _approve(city, city.round, {city.own: [AREA], city.other: [], middling: [1, 2, 6]})
    _approve(city, city.round, {far: list(city.criteria)})
    _result(city, city.other, 2).values.update(self_value=FEWER, verified_value=FEWER)
    _differ(city, middling)
    _promise(city, former[0])
    return Years(
        middling=middling,
        far=far,
        merged=merged,
        former=former,
        merged_on=merged_on,
        other_set=_make_other_set(city),
        document=_attach(city),
    )


def _give_places(wards: list[Ward]) -> None:
    """Put the wards on the schematic map, three in a row."""
    for n, ward in enumerate(wards):
        WardTile.objects.create(
            ward=ward, valid_from=ward.valid_from, column=n % 3 + 1, row=n // 3 + 1
        )


def give_outlines(wards: list[Ward]) -> None:
    """Give wards true outlines: steps of about a kilometre, one beside the other."""
    for n, ward in enumerate(wards):
        west, south = 106.1 + n % 3 / 100, 20.4 + n // 3 / 100
        east, north = west + 0.0095, south + 0.0095
        ring = [[west, south], [east, south], [east, north], [west, north + 0.001], [west, south]]
        WardBoundary.objects.create(
            ward=ward, valid_from=ward.valid_from, outline=[[ring]], source="Ranh giới để thử"
        )


def _give_norms(city: City, wards: list[Ward]) -> None:
    asked = city.criteria[AREA].requirements.get()
    for ward in wards:
        WardNorm.objects.get_or_create(
            ward=ward,
            requirement=asked,
            valid_from=ward.valid_from,
            defaults={"threshold": 150, "legal_basis": "Định mức để thử"},
        )


def _approve(city: City, round: Any, lacking: dict[Ward, list[int]]) -> None:
    """Approve a sheet for each ward, on which it lacks the criteria of these numbers."""
    for ward, numbers in lacking.items():
        said = {number: "not_met" if number in numbers else "met" for number in city.criteria}
        answer_all(approve_with(ward, round, said))


def _result(city: City, ward: Ward, number: int) -> Result:
    return Result.objects.get(
        assessment__ward=ward, assessment__round=city.round, criterion=city.criteria[number]
    )


def _differ(city: City, ward: Ward) -> None:
    """Let a ward have said of its second criterion that it is met."""
    result = _result(city, ward, 2)
    result.self_verdict, result.finding = Verdict.MET, FINDING
    result.save(update_fields=["self_verdict", "finding"])
    result.values.update(self_value=120)


def _promise(city: City, former: Ward) -> None:
    """Give pledges, one of them not kept, a ward that was recognised, and a target that is past."""
    promised = [(city.own, city.round), (city.other, city.round), (former, city.earlier)]
    for ward, round in promised:
        Pledge.objects.create(ward=ward, year=round.year, legal_basis="Kế hoạch để thử")
    RecognitionFactory(ward=former, year=city.earlier.year, decided_on=city.earlier.ends_on)
    RoadmapTargetFactory(due_on=city.earlier.ends_on + timedelta(days=30), percent=20)


def _make_other_set(city: City) -> CriteriaSet:
    """Make a set of five criteria that continue the city's own."""
    made = CriteriaSetFactory(title="Bộ tiêu chí rút gọn để thử")
    group = CriterionGroupFactory(criteria_set=made, code="A", name="Chung")
    for number, old in city.criteria.items():
        if number == AREA:
            continue
        new = CriterionFactory(criteria_set=made, group=group, name=old.name, replaces=old)
        for asked in old.requirements.all():
            _ask_again(new, asked, STRICTER if number == 2 else asked.threshold)
    return made


def _ask_again(criterion: Criterion, asked: Requirement, threshold: Any) -> None:
    RequirementFactory(
        criterion=criterion,
        text=asked.text,
        measure=asked.measure,
        comparator=asked.comparator,
        threshold=threshold,
        unit=asked.unit,
    )


def _attach(city: City) -> Evidence:
    document = EvidenceFactory(
        ward=city.own, title="Biên bản đo trụ sở", added_by=city.officer, number="12/BB"
    )
    EvidenceUse.objects.create(
        evidence=document,
        result=_result(city, city.own, AREA),
        attached_by=city.officer,
        attached_at=timezone.now(),
    )
    return document
