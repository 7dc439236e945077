"""My work in the browser's eyes: what is listed, what is not, and the steps over many sheets."""

import pytest
from django.urls import reverse

from criteria.models import Assessment, Round, Ward
from criteria.workflow import BEGIN, SUBMIT, WITHDRAW
from tests import hands
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)
from tests.reading import find, links, text

pytestmark = pytest.mark.django_db

WORK = reverse("criteria:work")
APPROVE, RETURN = reverse("criteria:work-approve"), reverse("criteria:work-return")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def officer(make_user):
    return make_user("city")


@pytest.fixture
def verifier(make_user):
    return make_user("verifier")


@pytest.fixture
def round():
    return RoundFactory(criteria_set=make_set(n_criteria=2))


def submitted(name, round, officer):
    return hands.submit(Assessment(ward=WardFactory(name=name), round=round), officer)


@pytest.fixture
def sheets(round, officer):
    return [submitted(name, round, officer) for name in ("Trường Thi", "Lộc Hạ", "Vị Xuyên")]


def badge(response, what):
    """The number in the head of the page, as a screen reader says it."""
    said = [text(span) for span in find(response, "header span:has(> .visually-hidden)")]
    found = [int(each.split()[0]) for each in said if each.endswith(what)]
    return found[0] if found else 0


def pairs(response):
    return [field.get("value") for field in find(response, "input[name=sheet]")]


# --- what is listed -------------------------------------------------------------------------------


def test_an_officer_sees_what_came_back_and_what_is_to_be_filled_in(
    client_of, round, officer, verifier
):
    sheet = Assessment(ward=WardFactory(name="Trường Thi"), round=round)
    own = hands.join(UserFactory(role="Ward officer"), sheet)
    MembershipFactory(user=own, ward=WardFactory(name="Cửa Bắc"))
    hands.send_back(sheet, own, verifier, {1: "Thiếu biên bản"})
    page = client_of(own).get(WORK)
    assert "1 criterion to mend" in text(page)
    assert "Thiếu minh chứng" in text(page)
    assert "0 of 2 can be submitted" in text(page)
    for ward in ("Trường Thi", "Cửa Bắc"):
        url = reverse("criteria:sheet", args=[round.pk, Ward.objects.get(name=ward).pk])
        assert url in links(page)
    assert badge(page, "waiting for you") == 2


def test_another_wards_officer_learns_nothing_of_it(client_of, sheets, round, verifier, officer):
    hands.take(sheets[0], WITHDRAW, officer)
    AssessmentFactory(ward=WardFactory(name="Bí Mật"), round=round, **steps_to("returned"))
    own = UserFactory(role="Ward officer")
    MembershipFactory(user=own, ward=WardFactory(name="Cửa Bắc"))
    client = client_of(own)
    for url in (WORK, f"{WORK}?q=bi+mat", f"{WORK}?state=returned", reverse("criteria:notices")):
        page = client.get(url)
        for name in ("Trường Thi", "Lộc Hạ", "Bí Mật", "Thiếu minh chứng"):
            assert name not in page.content.decode()
        assert badge(page, "waiting for you") == 1
        assert badge(page, "unread") == 0


def test_the_head_of_every_page_has_the_counts(client_of, verifier, sheets, officer):
    page = client_of(verifier).get(reverse("criteria:dashboard"))
    assert (badge(page, "waiting for you"), badge(page, "unread")) == (3, 3)
    assert badge(client_of(officer).get(WORK), "waiting for you") == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=truong", {"Trường Thi"}),
        ("q=loc+ha", {"Lộc Hạ"}),
        ("state=submitted", {"Trường Thi", "Lộc Hạ", "Vị Xuyên"}),
        ("state=none", {"Cửa Bắc"}),
        ("due=late", set()),
        ("due=later", {"Trường Thi", "Lộc Hạ", "Vị Xuyên", "Cửa Bắc"}),
        ("round=999999", set()),
        ("round=x&due=nonsense", {"Trường Thi", "Lộc Hạ", "Vị Xuyên", "Cửa Bắc"}),
    ],
)
def test_filters_are_kept_in_the_address(client_of, make_user, sheets, query, found):
    WardFactory(name="Cửa Bắc")
    page = client_of("leader").get(f"{WORK}?{query}")
    named = {text(link) for link in find(page, "main a")}
    assert named & {"Trường Thi", "Lộc Hạ", "Vị Xuyên", "Cửa Bắc"} == found
    if not found:
        assert "Nothing that waits matches" in text(page)


def test_htmx_gets_the_fragment_at_the_same_address(client_of, sheets):
    response = client_of("leader").get(f"{WORK}?q=loc", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert "Lộc Hạ" in text(response)
    assert "HX-Request" in response["Vary"]


def test_an_empty_page_says_what_to_do_next(client_of, make_user, round):
    assert "works for no ward yet" in text(client_of(UserFactory(role="Ward officer")).get(WORK))
    assert "Nothing to verify" in text(client_of("verifier").get(WORK))
    Round.objects.update(status="closed")
    assert "No round is open" in text(client_of("city").get(WORK))


def test_an_administrator_is_shown_the_rounds_to_close(client_of, round):
    Round.objects.update(submit_by="2026-11-01", verify_by="2026-11-10")
    page = client_of("administrator").get(WORK)
    assert "Verification ended on" in text(page)
    assert badge(page, "waiting for you") == 1


# --- over many sheets -----------------------------------------------------------------------------


def test_choosing_shows_the_exact_number_and_changes_nothing(client_of, sheets, verifier):
    client = client_of(verifier)
    listed = pairs(client.get(WORK))
    assert len(listed) == 3
    asked = client.post(APPROVE, {"sheet": listed[:2]})
    assert "Approve 2 sheets?" in text(asked)
    assert sorted(pairs(asked)) == sorted(listed[:2])
    assert not Assessment.objects.exclude(state="submitted").exists()


def test_the_question_says_what_is_agreed_with_unseen(client_of, round, officer, verifier):
    hands.submit(Assessment(ward=WardFactory(name="Trường Thi"), round=round), officer, 1, 0)
    begun = Assessment(ward=WardFactory(name="Lộc Hạ"), round=round)
    hands.begin(begun, officer, verifier)
    hands.agree(begun, verifier, 1)
    client = client_of(verifier)
    asked = client.post(APPROVE, {"all": "1"})
    assert "3 criteria, on 2 of the sheets, have been verified by nobody." in text(asked)
    listed = [text(line) for line in find(asked, "li:has(> input[name=sheet])")]
    untouched, touched = sorted(listed, key=lambda line: "Lộc Hạ" in line)
    for said in ("Submitted", "1/2 self-assessed as met", "not verified by anybody yet"):
        assert said in untouched
    for said in ("Being verified", "2/2 self-assessed as met", "1 criterion not verified yet"):
        assert said in touched
    hands.agree(begun, verifier)
    chosen = Assessment.objects.get(ward=begun.ward).pk
    pair = next(p for p in pairs(client.get(WORK)) if p.startswith(f"{chosen}:"))
    asked = text(client.post(APPROVE, {"sheet": pair}))
    assert "Every criterion of these is verified." in asked
    assert "verified by nobody" not in asked
    assert "Why are they approved" not in asked


@pytest.mark.parametrize("url", [APPROVE, RETURN])
def test_the_question_costs_the_same_for_any_number_of_wards(
    client_of, round, verifier, url, django_assert_max_num_queries
):
    client, n_queries = client_of(verifier), []
    for n_wards in (2, 30):
        for _ in range(n_wards):
            AssessmentFactory(ward=WardFactory(), round=round, **steps_to("submitted"))
        with django_assert_max_num_queries(16) as captured:
            client.post(url, {"all": "1"})
        n_queries.append(len(captured))
    assert n_queries[0] == n_queries[1]


def test_all_means_all_that_match_the_filter(client_of, sheets, verifier):
    client = client_of(verifier)
    asked = client.post(APPROVE, {"all": "1", "q": "loc ha"})
    assert "Approve 1 sheet?" in text(asked)
    assert "Ward Lộc Hạ" in text(asked)
    assert "Approve 3 sheets?" in text(client.post(APPROVE, {"all": "1"}))


def test_a_confirmed_approval_approves_exactly_these(client_of, sheets, verifier):
    client = client_of(verifier)
    chosen = pairs(client.post(APPROVE, {"all": "1"}))[:2]
    said = {"confirmed": "1", "sheet": chosen, "q": "x", "reason": "Họp xét"}
    done = client.post(APPROVE, said, follow=True)
    assert done.redirect_chain == [(f"{WORK}?q=x", 302)]
    assert "2 sheets approved." in text(done)
    approved = {pair.split(":")[0] for pair in chosen}
    states = {str(sheet.pk): sheet.state for sheet in Assessment.objects.all()}
    assert {pk for pk, state in states.items() if state == "approved"} == approved


def test_what_nobody_has_verified_is_approved_for_a_reason_alone(client_of, sheets, verifier):
    client = client_of(verifier)
    chosen = pairs(client.post(APPROVE, {"all": "1"}))
    refused = client.post(APPROVE, {"confirmed": "1", "sheet": chosen, "reason": " "})
    assert refused.status_code == 422
    assert find(refused, "[aria-describedby=reason-error]")
    assert not Assessment.objects.filter(state="approved").exists()
    for sheet in sheets:
        hands.take(sheet, BEGIN, verifier)
        hands.agree(sheet, verifier)
    chosen = pairs(client.post(APPROVE, {"all": "1"}))
    done = client.post(APPROVE, {"confirmed": "1", "sheet": chosen}, follow=True)
    assert "3 sheets approved." in text(done)


def test_a_return_needs_its_reason(client_of, sheets, verifier):
    client = client_of(verifier)
    chosen = pairs(client.post(RETURN, {"all": "1"}))
    refused = client.post(RETURN, {"confirmed": "1", "sheet": chosen, "reason": " "})
    assert refused.status_code == 422
    assert "Return 3 sheets?" in text(refused)
    assert find(refused, "[aria-describedby=reason-error]")
    done = client.post(RETURN, {"confirmed": "1", "sheet": chosen, "reason": "Thiếu"}, follow=True)
    assert "3 sheets returned." in text(done)
    assert set(Assessment.objects.values_list("state", "return_reason")) == {("returned", "Thiếu")}


@pytest.mark.parametrize("url", [APPROVE, RETURN])
def test_one_sheet_that_has_moved_stops_all_and_is_named(client_of, sheets, verifier, officer, url):
    client = client_of(verifier)
    chosen = pairs(client.post(url, {"all": "1"}))
    hands.take(sheets[1], WITHDRAW, officer)
    said = {"confirmed": "1", "sheet": chosen, "reason": "Thiếu"}
    refused = client.post(url, said)
    assert refused.status_code == 409
    assert "Nothing was changed" in text(refused)
    assert "2 sheets?" in text(refused)
    assert len(pairs(refused)) == 2
    assert set(Assessment.objects.values_list("state", flat=True)) == {"submitted", "draft"}
    rest = client.post(url, {**said, "sheet": pairs(refused)}, follow=True)
    assert "2 sheets" in text(rest)


def test_what_has_changed_since_it_was_listed_is_left_out_and_said(
    client_of, sheets, verifier, officer
):
    client = client_of(verifier)
    listed = pairs(client.get(WORK))
    hands.take(hands.take(sheets[0], WITHDRAW, officer), SUBMIT, officer)
    asked = client.post(APPROVE, {"sheet": listed})
    assert "Approve 2 sheets?" in text(asked)
    assert "1 chosen sheet is left out" in text(asked)
    alone = client.post(APPROVE, {"sheet": [p for p in listed if p.startswith(f"{sheets[0].pk}:")]})
    assert "None of the chosen sheets" in text(alone)
    assert "confirmed" not in alone.content.decode()


def test_own_entries_cannot_be_chosen_and_are_explained(client_of, sheets, round):
    both = UserFactory(role="Verifier")
    own = submitted("Cửa Nam", round, both)
    client = client_of(both)
    page = client.get(WORK)
    assert "another verifier must verify it" in text(page)
    pair = f"{own.pk}:{own.version}"
    assert pair not in pairs(page)
    assert len(pairs(page)) == 3
    assert "All 3 sheets" in text(page)
    assert "Approve 3 sheets?" in text(client.post(APPROVE, {"all": "1"}))
    said = {"confirmed": "1", "sheet": [pair, *pairs(page)], "reason": "Họp xét"}
    forced = client.post(APPROVE, said)
    assert forced.status_code == 409
    assert not Assessment.objects.filter(state="approved").exists()


def test_nothing_chosen_leads_back_and_says_so(client_of, sheets, verifier):
    client = client_of(verifier)
    for said in ({}, {"sheet": "x:y"}, {"sheet": f"{'9' * 24}:1"}, {"confirmed": "1"}):
        answer = client.post(APPROVE, said, follow=True)
        assert answer.redirect_chain == [(WORK, 302)]
        assert "Choose at least one sheet first." in text(answer)


@pytest.mark.parametrize("url", [APPROVE, RETURN])
def test_a_sheet_out_of_sight_is_not_found_and_stops_all(
    client_of, sheets, verifier, url, monkeypatch
):
    hidden = sheets[0]
    seen = Assessment.objects.exclude(pk=hidden.pk)
    monkeypatch.setattr("criteria.permissions.visible_sheets", lambda user: seen)
    chosen = [f"{sheet.pk}:{sheet.version}" for sheet in sheets]
    client = client_of(verifier)
    for said in ({"sheet": chosen}, {"sheet": chosen[:1]}, {"sheet": [*chosen[1:], "999999:1"]}):
        for confirmed in ({}, {"confirmed": "1", "reason": "x"}):
            assert client.post(url, {**said, **confirmed}).status_code == 404
    assert set(Assessment.objects.values_list("state", flat=True)) == {"submitted"}


def test_a_yes_to_all_is_asked_for_one_by_one(client_of, sheets, verifier):
    asked = client_of(verifier).post(APPROVE, {"all": "1", "confirmed": "1"})
    assert "Approve 3 sheets?" in text(asked)
    assert set(Assessment.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.parametrize("role", ["ward", "city", "leader", "administrator"])
def test_only_verifiers_take_steps_over_many(client_of, sheets, role):
    client = client_of(role)
    chosen = {"confirmed": "1", "reason": "x", "sheet": [f"{s.pk}:{s.version}" for s in sheets]}
    for url in (APPROVE, RETURN):
        assert client.post(url, chosen).status_code == 403
        assert client.get(url)["Location"] == reverse("criteria:work")
    assert not Assessment.objects.exclude(state="submitted").exists()
    assert not pairs(client.get(WORK))


@pytest.mark.parametrize("role", ["ward", "city", "verifier", "leader", "administrator"])
def test_the_page_costs_the_same_for_any_number_of_wards(
    client_of, make_user, round, role, django_assert_max_num_queries
):
    user = make_user(role)
    client, n_queries = client_of(user), {}
    for n_wards in (2, 48):
        for place in range(n_wards):
            state = ("draft", "submitted", "returned")[place % 3]
            sheet = AssessmentFactory(ward=WardFactory(), round=round, **steps_to(state))
            MembershipFactory(user=user, ward=sheet.ward)
        with django_assert_max_num_queries(14) as captured:
            client.get(WORK)
        n_queries[n_wards] = len(captured)
    assert n_queries[2] == n_queries[48]
