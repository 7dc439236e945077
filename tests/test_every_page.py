"""Whatever has an address is a page that every test of pages knows, or says why it is none."""

from tests.pages import NO_PAGES, PAGES, patterns
from tests.permissions.test_table import ACTORS, TABLE

# Whom the table of permissions knows by another name.
ROLES = {"own": "ward", "other": None, "outsider": None}


def test_every_address_is_a_page_or_says_why_it_is_none() -> None:
    pages = [page.name for page in PAGES]
    known = [*pages, *(name for names in NO_PAGES.values() for name in names)]
    assert len(known) == len(set(known)), "An address is listed twice."
    missing, gone = set(patterns()) - set(known), set(known) - set(patterns())
    assert not missing, f"Give {missing} an entry in tests/pages.py: in PAGES, else in NO_PAGES."
    assert not gone, f"Nothing is at {gone} any more: take it out of tests/pages.py."


def test_its_readers_are_those_that_the_table_lets_in() -> None:
    for page in PAGES:
        answers = dict(zip(ACTORS, TABLE[page.name, "get"], strict=True))
        let_in = {ROLES.get(actor, actor) for actor, code in answers.items() if code == 200}
        assert let_in - {None} == set(page.readers), page.name


def test_what_the_bar_marks_over_a_page_is_a_page() -> None:
    assert {page.under for page in PAGES} - {None} <= {page.name for page in PAGES}
