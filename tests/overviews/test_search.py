"""What the search finds and in which order, against a reference that reads every name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from criteria.models import CriteriaSet, Criterion, Evidence, Ward, WardSuccession
from criteria.overviews.search import clean, find
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    EvidenceFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
)
from tests.worlds import few

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
ALL = 1000

# How a word is written, and how it reads without diacritics: nothing here folds by itself.
PLAIN = {
    "Trường": "truong",
    "Thi": "thi",
    "Đông": "dong",
    "Lộc": "loc",
    "Hạ": "ha",
    "Phường": "phuong",
    "Xã": "xa",
    "kế": "ke",
    "HOẠCH": "hoach",
    "ở": "o",
    "5": "5",
    "54/KH-UBND": "54/kh-ubnd",
}
KINDS = {"phuong": "ward", "ward": "ward", "xa": "commune", "commune": "commune"}
CODES = ["13657", "13684", "5"]

names = st.lists(st.sampled_from(list(PLAIN)), min_size=1, max_size=3).map(" ".join)
days = st.sampled_from([TODAY - DAY, TODAY, TODAY + DAY])


def plain(name: str) -> str:
    return " ".join(PLAIN.get(word, word.lower()) for word in name.split())


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, str]:
    """Return what is typed, and how it reads."""
    whole = draw(st.lists(st.sampled_from(list(PLAIN)), max_size=2))
    part = draw(st.sampled_from([*PLAIN.values(), *CODES, "tc02", "tieu chi 02", "criterion 1"]))
    start = draw(st.integers(0, 2))
    last = part[start:] if draw(st.booleans()) else part
    typed = [*whole, last] if draw(st.booleans()) else [last, *whole]
    change = draw(st.sampled_from([str, str.upper, str.lower]))
    spaced = draw(st.sampled_from([" ", "  "])).join(typed)
    return f" {change(spaced)}", plain(" ".join(typed))


@dataclass(frozen=True)
class World:
    wards: list[tuple[str, str, str, date, date | None]]
    sets: list[tuple[str, date, list[tuple[str, str]]]]
    documents: list[tuple[str, str, str, bool]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    wards = [
        (draw(names), code, draw(st.sampled_from(["ward", "commune"])), begins, ends)
        for code in [*CODES, "00001"]
        for begins in [draw(days) - DAY]
        for ends in [draw(st.sampled_from([None, begins + DAY, begins + 2 * DAY]))]
    ]
    statuses = st.sampled_from(["draft", "published", "retired"])
    starts = st.sampled_from([date(2021, 1, 1), date(2025, 1, 1)])
    criteria = st.lists(st.tuples(names, names | st.just("")), min_size=1, max_size=3)
    document = st.tuples(names, st.just("") | names, names, st.booleans())
    return World(
        wards=wards,
        sets=draw(st.lists(st.tuples(statuses, starts, criteria), max_size=2)),
        documents=draw(st.lists(document, max_size=4)),
    )


@contextmanager
def stored(world: World) -> Iterator[None]:
    with transaction.atomic():
        for name, code, kind, begins, ends in world.wards:
            WardFactory(name=name, code=code, kind=kind, valid_from=begins, valid_to=ends)
        for status, starts, criteria in world.sets:
            criteria_set = CriteriaSetFactory(status=status, effective_from=starts)
            for name, name_en in criteria:
                CriterionFactory(criteria_set=criteria_set, name=name, name_en=name_en)
        if world.documents:
            _store_documents(world, WardFactory(name="Z", code="Z"), UserFactory())
        yield
        transaction.set_rollback(True)


def _store_documents(world: World, ward: Ward, user: User) -> None:
    for title, number, issuer, is_superseded in world.documents:
        facts = {"title": title, "number": number, "issued_by": issuer}
        file = {"file": "f", "file_name": "f", "kind": "pdf", "size": 1}
        sha256 = str(Evidence.objects.count())
        made = EvidenceFactory(ward=ward, added_by=user, sha256=sha256, **facts, **file)
        if is_superseded:
            nothing = {"title": "-", "number": "-", "issued_by": "-"}
            made.superseded_by = EvidenceFactory(ward=ward, added_by=user, **nothing)
            made.save()


def has_all(text: str, words: list[str], *, code: str = "\0") -> bool:
    return all(word in text or code.startswith(word) for word in words)


def place_of(whole: str, text: str) -> int:
    """Names that begin with the text first, then those of which a word does."""
    return 0 if whole.startswith(text) else 1 if f" {text}" in whole else 2


def expected_wards(text: str, on: date) -> list[int]:
    words, found = text.split(), []
    for ward in Ward.objects.all():
        name = plain(ward.name)
        by_kind = KINDS.get(words[0]) == ward.kind
        if has_all(name, words, code=ward.code) or (
            by_kind and has_all(name, words[1:], code=ward.code)
        ):
            is_official = ward.valid_to is not None and ward.valid_to <= on
            place = 2 if is_official else 1 if ward.valid_from > on else 0
            latest = -ward.valid_from.toordinal()
            key = (place, place_of(name, text), ward.sort_key, latest)
            found.append((key, ward.pk))
    return [pk for _key, pk in sorted(found)]


def expected_criteria(text: str) -> list[int]:
    found = []
    for criterion in Criterion.objects.select_related("criteria_set"):
        of = criterion.criteria_set
        whole = plain(f"{criterion.name} {criterion.name_en} {criterion.code}")
        last = text.removeprefix("tieu chi ").removeprefix("criterion ")
        is_number = last.isdecimal() and int(last) == criterion.number
        if of.status != "draft" and (is_number or has_all(whole, text.split())):
            is_called = is_number or criterion.code.lower() == text
            begins = 0 if is_called else place_of(whole, text)
            key = (-of.effective_from.toordinal(), of.code, begins, criterion.number)
            found.append((key, criterion.pk))
    return [pk for _key, pk in sorted(found)]


def expected_documents(text: str) -> list[int]:
    found = []
    for document in Evidence.objects.all():
        whole = plain(f"{document.title} {document.number} {document.issued_by}")
        if has_all(whole, text.split()):
            is_superseded = document.superseded_by_id is not None
            key = (
                is_superseded,
                place_of(whole, text),
                -document.added_at.timestamp(),
                -document.pk,
            )
            found.append((key, document.pk))
    return [pk for _key, pk in sorted(found)]


@few
@given(worlds(), queries(), days, st.integers(1, 3))
def test_all_that_has_every_word_is_found_in_order(
    world: World, query: tuple[str, str], on: date, n_shown: int
) -> None:
    typed, text = query
    with stored(world):
        every = Evidence.objects.all()
        found = find(typed, every, on, n_shown=ALL)
        if not text:
            assert found is None
            return
        assert found
        assert [row.ward.pk for row in found.wards.rows] == expected_wards(text, on)
        assert [criterion.pk for criterion in found.criteria.rows] == expected_criteria(text)
        assert [document.pk for document in found.documents.rows] == expected_documents(text)
        for row in found.wards.rows:
            assert row.is_in_force == row.ward.in_force(on)
            assert row.is_to_come == (row.ward.valid_from > on)
        few_of = find(typed, every, on, n_shown=n_shown)
        assert few_of
        for first, whole in (
            (few_of.wards, found.wards),
            (few_of.criteria, found.criteria),
            (few_of.documents, found.documents),
        ):
            assert first.rows == whole.rows[:n_shown]
            assert first.total == whole.total == len(whole.rows)
            assert first.has_more == (whole.total > n_shown)
        assert few_of.total == found.total


def names_of(typed: str, on: date = TODAY) -> list[str]:
    found = find(typed, Evidence.objects.none(), on)
    return [row.ward.name for row in found.wards.rows] if found else []


@pytest.mark.parametrize(
    "typed",
    ["truong thi", "Trường Thi", "THI truong", "phường trường thi", "ward truong", "136"],
)
def test_a_ward_is_found_by_its_name_or_code(typed: str) -> None:
    WardFactory(name="Trường Thi", code="13657")
    WardFactory(name="Lộc Hạ", code="13777")
    WardFactory(name="Trường Thi", code="13999", kind="commune", valid_from=TODAY + 9 * DAY)
    assert names_of(typed)[0] == "Trường Thi"
    assert "Lộc Hạ" not in names_of(typed)


def test_letters_with_and_without_a_bar_are_one() -> None:
    WardFactory(name="Đông A")
    assert names_of("d") == names_of("Đ") == names_of("dong") == ["Đông A"]


def test_a_unit_that_is_no_more_says_what_became_of_it() -> None:
    old = WardFactory(name="Lộc Hạ", valid_to=TODAY)
    new = WardFactory(name="Lộc Hạ", valid_from=TODAY)
    next_year = WardFactory(name="Lộc Hạ", valid_from=TODAY + DAY)
    WardSuccession.objects.create(
        predecessor=old, successor=new, effective_on=TODAY, relation="merged_into"
    )
    found = find("loc ha", Evidence.objects.none(), TODAY)
    assert found
    told = [(row.ward, row.is_in_force, row.is_to_come, row.successors) for row in found.wards.rows]
    assert told == [
        (new, True, False, []),
        (next_year, False, True, []),
        (old, False, False, [new]),
    ]


@pytest.mark.parametrize("status", CriteriaSet.Status.values)
def test_criteria_are_found_once_their_set_is_published(status: str) -> None:
    CriterionFactory(name="Trụ sở", criteria_set__status=status)
    found = find("tru so", Evidence.objects.none(), TODAY)
    assert found
    assert found.criteria.total == (0 if status == "draft" else 1)


def test_criteria_that_a_round_goes_by_come_before_those_of_a_later_set() -> None:
    used = CriterionFactory(name="Trụ sở", criteria_set__effective_from=date(2023, 1, 1))
    RoundFactory(criteria_set=used.criteria_set)
    for year in (2025, 2026):
        CriterionFactory(name=f"Trụ sở {year}", criteria_set__effective_from=date(year, 1, 1))
    found = find("tru so", Evidence.objects.none(), TODAY)
    assert found
    assert [criterion.name for criterion in found.criteria.rows] == [
        "Trụ sở",
        "Trụ sở 2026",
        "Trụ sở 2025",
    ]


def test_documents_of_one_ward_are_known_as_such() -> None:
    ward = WardFactory()
    EvidenceFactory.create_batch(3, ward=ward, title="Báo cáo")

    def only_ward() -> int | None:
        found = find("bao cao", Evidence.objects.all(), TODAY, n_shown=2)
        assert found
        return found.only_ward

    assert only_ward() == ward.pk
    EvidenceFactory(title="Báo cáo", added_at="2020-01-01T00:00Z")
    assert only_ward() is None


@pytest.mark.parametrize("typed", ["", " ", "\0", "\u0301", " \t "])
def test_nothing_to_search_for_finds_nothing(typed: str) -> None:
    WardFactory()
    assert find(typed, Evidence.objects.all(), TODAY) is None


def test_what_is_typed_too_long_finds_nothing_and_signs_of_patterns_are_letters() -> None:
    WardFactory(name="Trường Thi")
    assert clean("x" * 5000) == "x" * 5000
    assert names_of("a\0 " * 5000) == []
    assert names_of("truong thi " * 20) == []  # cut, it would find
    assert not Ward.objects.search("truong thi " * 20).exists()
    assert not Evidence.objects.search("a " * 5000).exists()
    assert names_of("%") == names_of("_") == names_of("\\") == []
    assert names_of("truong\0 thi") == ["Trường Thi"]
