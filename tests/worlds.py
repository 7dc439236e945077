"""Small random cities, and what the definitions say of them: slowly, row by row, in plain Python.

Nothing here asks `criteria.readiness` or the frozen tallies, so that the two can disagree.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st

from accounts.models import User
from criteria.models import (
    Assessment,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Recognition,
    Result,
    RoadmapTarget,
    Round,
    Ward,
    WardSuccession,
)

few = settings(max_examples=settings().max_examples // 6, deadline=None)

VERDICTS = ["met", "not_met", "not_applicable", "pending"]
NAMES_IN_ORDER = [
    "Bà Triệu",
    "Cửa Bắc",
    "Đông Mạc",
    "Lộc Hạ",
    "Mỹ Xá",
    "Năng Tĩnh",
    "Trần Đăng Ninh",
    "Trần Hưng Đạo",
    "Vị Xuyên",
]
FIRST_DAY = date(2024, 6, 1)
# Everything in a city begins, ends, is decided and revoked on these days.
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(-1, 9)]

_day = st.integers(0, 3).map(lambda n: FIRST_DAY + timedelta(days=n))
_verdict = st.sampled_from(VERDICTS)


@dataclass(frozen=True)
class SheetPlan:
    is_approved: bool
    verdicts: list[tuple[str, str] | None]  # one a criterion: self, verified; None: no row
    stray: str | None  # the verdict on a criterion of another set
    beside: str = ""  # another revision of it, which says the contrary: see REVISIONS


@dataclass(frozen=True)
class RoundPlan:
    ends_on: date
    status: str
    of_set: int
    settled_on: date | None
    is_citywide: bool


@dataclass(frozen=True)
class City:
    sets: list[int]
    rounds: list[RoundPlan]
    wards: list[tuple[str, str, date, date | None]]
    mergers: list[tuple[date, list[int], str]]  # of one ward alone: a new name; in order
    sheets: dict[tuple[int, int], SheetPlan]
    recognitions: list[tuple[int, int, date, int | None]]
    targets: list[tuple[date, int]]


# Left to chance alone, hardly any sheet would be complete, nor any lack just one criterion.
_MOODS = [["met"], ["met", "not_met"], ["met", "not_applicable"], ["not_applicable"], VERDICTS]


# Beside an approved sheet: none; one that it was approved in place of; one that is worked on; one
# whose reopening was cancelled.
REVISIONS = ["", "", "", "former", "later", "cancelled"]
CONTRARY = {"met": "not_met", "not_met": "met"}


@st.composite
def _sheets(draw: st.DrawFn, n_criteria: int) -> SheetPlan:
    mood = draw(st.sampled_from(_MOODS))
    row = st.tuples(_verdict, st.sampled_from(mood))
    rows = st.sampled_from(range(8)).flatmap(lambda n: row if n or mood != VERDICTS else st.none())
    return SheetPlan(
        is_approved=draw(st.sampled_from([True, True, True, False])),
        verdicts=[draw(rows) for _ in range(n_criteria)],
        stray=draw(st.none() | _verdict),
        beside=draw(st.sampled_from(REVISIONS)),
    )


_COURSES = [
    ("closed", True),
    ("open", True),
    ("open", False),
    ("closed", True),
    ("planned", False),
]


@st.composite
def _rounds(draw: st.DrawFn, end: date, n_sets: int) -> RoundPlan:
    """Closed, being mended, under verification or under way, planned; few of them a trial."""
    status, is_settled = draw(st.sampled_from(_COURSES))
    return RoundPlan(
        ends_on=end,
        status=status,
        of_set=draw(st.integers(0, n_sets - 1)),
        settled_on=end + timedelta(days=draw(st.integers(0, 4))) if is_settled else None,
        is_citywide=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def cities(draw: st.DrawFn) -> City:
    """A registry with chains of mergers, rounds of sets of different size, sheets, decisions."""
    sets = draw(st.lists(st.sampled_from([2, 3, 4, 1, 0, 3]), min_size=1, max_size=3))
    rounds = [
        draw(_rounds(end, len(sets)))
        for end in draw(st.lists(_day, min_size=1, max_size=3, unique=True))
    ]
    names = draw(st.permutations(NAMES_IN_ORDER))
    wards = []
    for number in range(draw(st.sampled_from([3, 5, 4, 2, 1]))):
        kind = draw(st.sampled_from(["ward", "ward", "ward", "commune"]))
        start = draw(st.sampled_from([FIRST_DAY, FIRST_DAY, *DAYS[2:5]]))
        lasts = draw(st.none() | st.integers(2, 5))
        end = None if lasts is None else start + timedelta(days=lasts)
        wards.append((names[number], kind, start, end))
    mergers = []
    for on in sorted(draw(st.lists(_day, max_size=3, unique=True))):
        alive = [n for n, (*_, start, end) in enumerate(wards) if start < on < (end or date.max)]
        merging = draw(st.lists(st.sampled_from(alive), max_size=3, unique=True)) if alive else []
        if merging:
            wards = [(*w[:3], on) if n in merging else w for n, w in enumerate(wards)]
            name = draw(st.sampled_from([wards[merging[0]][0], names[len(wards)]]))
            mergers.append((on, merging, name))
            wards.append((name, "ward", on, None))
    n_wards = len(wards)
    sheets = {
        (ward, round): draw(_sheets(sets[plan.of_set]))
        for ward in range(n_wards)
        for round, plan in enumerate(rounds)
        if draw(st.integers(0, 7))
    }
    recognition = st.tuples(
        st.integers(0, n_wards - 1),
        st.integers(2022, 2024),
        _day,
        st.none() | st.integers(0, 4),
    )
    return City(
        sets=sets,
        rounds=rounds,
        wards=wards,
        mergers=mergers,
        sheets=sheets,
        recognitions=draw(st.lists(recognition, max_size=6, unique_by=lambda row: row[:2])),
        targets=draw(
            st.lists(st.tuples(_day, st.integers(1, 100)), max_size=3, unique_by=lambda row: row[0])
        ),
    )


@contextmanager
def stored(city: City) -> Iterator["Oracle"]:
    """Store the city for the length of the block."""
    with transaction.atomic():
        _store(city)
        yield Oracle()
        transaction.set_rollback(True)


def _store(city: City) -> None:
    user = User.objects.create(username="somebody", full_name="Ai đó")
    criteria = [_store_set(number, size) for number, size in enumerate(city.sets)]
    rounds = [
        Round.objects.create(
            name=f"Đợt {plan.ends_on}",
            year=plan.ends_on.year,
            starts_on=plan.ends_on - timedelta(days=1),
            ends_on=plan.ends_on,
            submit_by=plan.ends_on,
            verify_by=plan.ends_on,
            criteria_set_id=criteria[plan.of_set][0],
            status=plan.status,
            settled_on=plan.settled_on,
            is_citywide=plan.is_citywide,
        )
        for plan in city.rounds
    ]
    wards: list[Ward] = []
    came_of = {len(city.wards) - len(city.mergers) + n: row for n, row in enumerate(city.mergers)}
    for n, (name, kind, start, end) in enumerate(city.wards):
        on, merging, _ = came_of.get(n, (None, [], ""))
        code = wards[merging[0]].code if merging else f"{n:05}"
        ward = Ward(code=code, name=name, kind=kind, valid_from=start, valid_to=end)
        ward.save()
        _store_successions([wards[number] for number in merging], ward, on)
        wards.append(ward)
    for (ward, round), plan in city.sheets.items():
        own = city.rounds[round].of_set
        others = [pk for n, (_, pks) in enumerate(criteria) if n != own for pk in pks]
        _store_sheet(wards[ward], rounds[round], plan, criteria[own][1], others, user)
    for ward, year, decided_on, revoked in city.recognitions:
        Recognition.objects.create(
            ward=wards[ward],
            year=year,
            decision_number="1/QĐ",
            decided_on=decided_on,
            issued_by="Bộ Công an",
            revoked_on=None if revoked is None else decided_on + timedelta(days=revoked),
            revoked_reason="" if revoked is None else "Lý do",
        )
    RoadmapTarget.objects.bulk_create(
        RoadmapTarget(due_on=due_on, percent=percent, legal_basis="54/KH-UBND")
        for due_on, percent in city.targets
    )


def _store_set(number: int, size: int) -> tuple[int, list[int]]:
    made = CriteriaSet.objects.create(
        code=f"set-{number}", title=f"Bộ {number}", effective_from=FIRST_DAY, status="published"
    )
    group = CriterionGroup.objects.create(criteria_set=made, code="A", name="Nhóm A")
    criteria = Criterion.objects.bulk_create(
        Criterion(criteria_set=made, group=group, number=n, code=f"TC{n}", name=f"Tiêu chí {n}")
        for n in range(1, size + 1)
    )
    return made.pk, [criterion.pk for criterion in criteria]


def _store_successions(predecessors: list[Ward], successor: Ward, on: date | None) -> None:
    relation = "merged_into" if len(predecessors) > 1 else "whole_into"
    WardSuccession.objects.bulk_create(
        WardSuccession(
            predecessor=predecessor,
            successor=successor,
            effective_on=on,
            relation=relation,
            legal_basis="1104/NQ-UBTVQH15",
        )
        for predecessor in predecessors
    )


def _store_sheet(
    ward: Ward, round: Round, plan: SheetPlan, own: list[int], others: list[int], user: User
) -> None:
    """Store a sheet, with another revision of it where it is planned."""

    def store(plan: SheetPlan, **columns: object) -> None:
        _store_revision(ward, round, plan, own, others, user, columns)

    if not plan.is_approved or not plan.beside:
        store(plan)
        return
    contrary = replace(plan, verdicts=[_contrary(row) for row in plan.verdicts])
    now = timezone.now()
    later = {
        "revision": 2,
        "reopened_by": user,
        "reopened_at": now,
        "reopening_reason": "Nhầm",
    }
    if plan.beside == "former":
        store(contrary, is_latest=False, superseded_at=now)
        store(plan, **later)
        return
    worked_on = replace(contrary, is_approved=False)
    is_cancelled = plan.beside == "cancelled"
    store(plan, is_latest=is_cancelled)
    if is_cancelled:
        later |= {"state": "cancelled", "is_latest": False}
        later |= {"cancelled_by": user, "cancelled_at": now, "cancelling_reason": "Vẫn đúng"}
    store(worked_on, **later)


def _contrary(row: tuple[str, str] | None) -> tuple[str, str] | None:
    return row and (CONTRARY.get(row[0], row[0]), CONTRARY.get(row[1], row[1]))


def _store_revision(
    ward: Ward,
    round: Round,
    plan: SheetPlan,
    own: list[int],
    others: list[int],
    user: User,
    columns: dict[str, object],
) -> None:
    verified = [row[1] if row else "pending" for row in plan.verdicts]
    frozen = {f"n_{verdict}": verified.count(verdict) for verdict in VERDICTS}
    sheet = Assessment.objects.create(
        ward=ward,
        round=round,
        **({**_approved(user), **frozen} if plan.is_approved else {"state": "draft"}) | columns,
    )
    rows = [(pk, row) for pk, row in zip(own, plan.verdicts, strict=True) if row]
    if plan.stray and others:
        rows.append((others[0], (plan.stray, plan.stray)))
    Result.objects.bulk_create(
        Result(
            assessment=sheet,
            criterion_id=pk,
            self_verdict=said,
            verified_verdict=verified,
            explanation="Lý do",
            finding="" if verified in (said, "pending") else "Lý do",
            entered_by=user,
            entered_at=timezone.now(),
            verified_by=None if verified == "pending" else user,
            verified_at=None if verified == "pending" else timezone.now(),
            is_agreed_in_bulk=_WAYS[pk % 3] if verified == said != "pending" else None,
        )
        for pk, (said, verified) in rows
    )


_WAYS = [None, False, True]  # of agreeing: unknown, one by one, in bulk


def _approved(user: User) -> dict[str, object]:
    steps = ("submitted", "verifying", "approved")
    people = {f"{step}_by": user for step in steps}
    return {"state": "approved", **people, **{f"{step}_at": timezone.now() for step in steps}}


Verdicts = dict[int, str]  # the verdict of each criterion number of the round's own set


class Oracle:
    """What the definitions say of the rows in the database, as known at the end of a day or now."""

    def __init__(self, known: date | None = None) -> None:
        self.known = known or date.max
        self.wards = sorted(
            Ward.objects.all(),
            key=lambda ward: (NAMES_IN_ORDER.index(ward.name), ward.valid_from),
        )
        self.rounds = list(Round.objects.all())
        self.criteria = list(Criterion.objects.order_by("number"))
        self.sheets = list(Assessment.objects.all())
        self.results = list(Result.objects.all())
        self.recognitions = list(Recognition.objects.all())
        self.targets = sorted(RoadmapTarget.objects.all(), key=lambda target: target.due_on)

    def in_scope(self, on: date) -> list[Ward]:
        return [
            ward
            for ward in self.wards
            if ward.kind == "ward"
            and ward.valid_from <= on
            and (ward.valid_to is None or on < ward.valid_to)
        ]

    def settled(self, on: date) -> list[Round]:
        """The rounds that speak by a day, the latest first."""
        speaking = [
            round
            for round in self.rounds
            if self.is_settled(round) and round.is_citywide and round.ends_on <= on
        ]
        return sorted(speaking, key=lambda round: round.ends_on, reverse=True)

    def is_settled(self, round: Round) -> bool:
        return round.settled_on is not None and round.settled_on <= self.known

    def standing_round(self, on: date) -> Round | None:
        return self.settled(on)[0] if self.settled(on) else None

    def provisional_rounds(self, on: date) -> list[Round]:
        """The rounds that have ended since the one that speaks, the latest first."""
        waiting = [
            round
            for round in self.rounds
            if round.status != "planned"
            and not self.is_settled(round)
            and round.is_citywide
            and round.ends_on <= on
            and all(other.ends_on < round.ends_on for other in self.settled(on))
        ]
        return sorted(waiting, key=lambda round: round.ends_on, reverse=True)

    def provisional(self, on: date, round: Round) -> tuple[int, int, int]:
        """How many wards of a day are ready, not ready and undecided by a round."""
        numbers = [0, 0, 0]
        for ward in self.in_scope(on):
            if self.approved_sheet(ward, round):
                numbers[0 if self.is_ready(ward, round) else 1] += 1
            elif ward.valid_from <= round.ends_on:
                numbers[2] += 1
        return numbers[0], numbers[1], numbers[2]

    def founded_since(self, on: date) -> int:
        """How many wards of a day came after the end of the round that speaks, without a sheet."""
        round = self.standing_round(on)
        return sum(
            round is not None
            and ward.valid_from > round.ends_on
            and self.approved_sheet(ward, round) is None
            for ward in self.in_scope(on)
        )

    def revisions(self, ward: Ward, round: Round | None) -> list[Assessment]:
        return [
            sheet
            for sheet in self.sheets
            if round and sheet.ward_id == ward.pk and sheet.round_id == round.pk
        ]

    def sheet(self, ward: Ward, round: Round | None) -> Assessment | None:
        """What people work on: the last revision that was not cancelled."""
        revisions = [s for s in self.revisions(ward, round) if s.state != "cancelled"]
        return max(revisions, key=lambda sheet: sheet.revision, default=None)

    def approved_sheet(self, ward: Ward, round: Round | None) -> Assessment | None:
        """What counts: the last revision that was approved."""
        revisions = [
            s
            for s in self.revisions(ward, round)
            if s.state == "approved" and timezone.localdate(s.approved_at) <= self.known
        ]
        return max(revisions, key=lambda sheet: sheet.revision, default=None)

    def verdicts(self, sheet: Assessment | None, round: Round | None, *, side: str) -> Verdicts:
        found: Verdicts = {}
        for criterion in self.criteria:
            if round and criterion.criteria_set_id == round.criteria_set_id:
                found[criterion.number] = "pending"
                for result in self.results:
                    if (
                        sheet
                        and result.assessment_id == sheet.pk
                        and result.criterion_id == criterion.pk
                    ):
                        found[criterion.number] = getattr(result, f"{side}_verdict")
        return found

    def verified(self, ward: Ward, round: Round | None) -> Verdicts:
        return self.verdicts(self.approved_sheet(ward, round), round, side="verified")

    def agreement(self, numbers: Iterable[int], on: date) -> dict[str, int]:
        """Count both verdicts on criteria of the day's round, wherever somebody has verified."""
        counts = dict.fromkeys(
            ["n_verdicts", "n_agreed", "n_self_met", "n_refused", "n_one_by_one", "n_in_bulk"], 0
        )
        round, numbers = self.standing_round(on), list(numbers)
        set_id = round.criteria_set_id if round else None
        of_set = {c.pk: c.number for c in self.criteria if c.criteria_set_id == set_id}
        for ward in self.in_scope(on):
            sheet = self.approved_sheet(ward, round)
            for result in self.results:
                if (
                    sheet is None
                    or result.assessment_id != sheet.pk
                    or of_set.get(result.criterion_id) not in numbers
                    or result.verified_verdict == "pending"
                ):
                    continue
                is_agreed = result.self_verdict == result.verified_verdict
                counts["n_verdicts"] += 1
                counts["n_agreed"] += is_agreed
                counts["n_self_met"] += result.self_verdict == "met"
                counts["n_refused"] += result.self_verdict == "met" and not is_agreed
                counts["n_one_by_one"] += is_agreed and result.is_agreed_in_bulk is False
                counts["n_in_bulk"] += is_agreed and result.is_agreed_in_bulk is True
        return counts

    def is_ready(self, ward: Ward, round: Round | None) -> bool:
        applicable = [
            verdict
            for verdict in self.verified(ward, round).values()
            if verdict != "not_applicable"
        ]
        return bool(applicable) and all(verdict == "met" for verdict in applicable)

    def ready(self, on: date) -> list[Ward]:
        round = self.standing_round(on)
        return [ward for ward in self.in_scope(on) if self.is_ready(ward, round)]

    def ranked_unmet(self, on: date) -> list[tuple[int, int]]:
        """How many wards lack a criterion, negative, and its number; the most lacking first."""
        lacking: dict[int, int] = {}
        for ward in self.in_scope(on):
            for number, verdict in self.verified(ward, self.standing_round(on)).items():
                if verdict == "not_met":
                    lacking[number] = lacking.get(number, 0) + 1
        return sorted((-n, number) for number, n in lacking.items())

    def n_applicable(self, number: int, on: date) -> int:
        """How many wards with an approved sheet a criterion of the day's round applies to."""
        round = self.standing_round(on)
        return sum(
            self.approved_sheet(ward, round) is not None
            and self.verified(ward, round)[number] != "not_applicable"
            for ward in self.in_scope(on)
        )

    def recognised(self, on: date) -> list[Ward]:
        holders = set()
        for decision in self.recognitions:
            if decision.decided_on <= on and not (
                decision.revoked_on and decision.revoked_on <= on
            ):
                holders.add(decision.ward_id)
        return [ward for ward in self.in_scope(on) if ward.pk in holders]


def counted(verdicts: Verdicts) -> tuple[int, ...]:
    """Count each verdict by a loop, in the order of VERDICTS."""
    numbers = dict.fromkeys(VERDICTS, 0)
    for verdict in verdicts.values():
        numbers[verdict] += 1
    return tuple(numbers.values())


def counting_up(percent: int, n_wards: int) -> int:
    """The smallest number of wards that is `percent` of them or more."""
    n = 0
    while 100 * n < percent * n_wards:
        n += 1
    return n
