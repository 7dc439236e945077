"""Vietnamese made searchable and sortable, against the dictionary's own order."""

import unicodedata
from itertools import product, takewhile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from namdinh_wards.text import fold, number, sort_key

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]  # a à ả ã á ạ
TONED = {
    unicodedata.normalize("NFC", vowel + mark): (vowel, rank)
    for vowel, (rank, mark) in product("aăâeêioôơuưy", enumerate(TONES))
}
LOWER = sorted(set(LETTERS) | set(TONED))
VIETNAMESE = [*LOWER, *(letter.upper() for letter in LOWER)]

words = st.text(st.sampled_from(VIETNAMESE), min_size=1, max_size=3)
names = st.lists(words | st.integers(0, 1100).map(str), min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", 0),
        ("0012", 12),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1\n", None),
        ("1.0", None),
        ("x", None),
        ("²", None),
        ("٣", None),
    ],
)
def test_a_number_is_of_few_ascii_digits(text: str, found: int | None) -> None:
    assert number(text) == found


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Lộc Hòa", "loc hoa"),
        ("Trần Đăng Ninh", "tran dang ninh"),
        ("ĐÔNG MẠC", "dong mac"),
        ("  Cửa \t Bắc ", "cua bac"),
        ("Phường 9", "phuong 9"),
        ("", ""),
        ("Lộc\0 Hòa\0", "loc hoa"),
    ],
)
def test_fold_drops_case_diacritics_and_spare_space(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(decomposed(text)) == folded


@given(st.text(st.sampled_from([*VIETNAMESE, " ", "7", "-"])))
def test_fold_leaves_ascii_of_vietnamese(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text) == fold(text).lower() == fold(decomposed(text))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Đông Mạc", "Vị Xuyên"),
        ("Trần Đăng Ninh", "Trần Hưng Đạo"),
        ("Trần Quang Khải", "Trần Tế Xương"),
        ("Cửa Bắc", "Cửa Nam"),
        ("Da", "Đa"),
        ("An", "Ân"),
        ("Ô", "Ơ"),
        ("Bà", "Bá"),
        ("Bá", "Bạ"),
        ("Bạ", "Bà Triệu"),
        ("Bạ", "Bạc"),
        ("Phường 9", "Phường 10"),
        ("Phường 2024", "Phường 10000"),
        ("Phường", "Phường 1"),
        ("Phường 10", "Phường An"),
        ("Vị Hoàng", "Vị Xuyên"),
        # Tones decide last, also where one name goes on and the other does not.
        ("Á", "A Bắc"),
        ("Bạ", "Ba 1"),
    ],
)
def test_names_sort_as_in_the_dictionary(before: str, after: str) -> None:
    assert sort_key(before) < sort_key(after)
    assert sort_key(decomposed(before).upper()) < sort_key(after)


def test_the_tones_follow_each_other() -> None:
    keys = [sort_key(name) for name in ["Ba", "Bà", "Bả", "Bã", "Bá", "Bạ"]]
    assert keys == sorted(set(keys))


def test_the_alphabet_follows_itself() -> None:
    keys = [sort_key(letter) for letter in LETTERS]
    assert keys == sorted(set(keys))


def dictionary_order(name: str) -> tuple[list[tuple[int, int]], list[int]]:
    """The letters (an end before a gap, a number, a letter), and only then the tones."""
    letters, tones = [], []
    rest = name.lower()
    while rest:
        if digits := "".join(takewhile(str.isdigit, rest)):
            letters.append((1, int(digits)))
            rest = rest[len(digits) :]
            continue
        if rest[0] == " ":
            letters.append((0, 0))
        else:
            letter, tone = TONED.get(rest[0], (rest[0], 0))
            letters.append((2, LETTERS.index(letter)))
            tones.append(tone)
        rest = rest[1:]
    return letters, tones


@given(names, names)
@example("Á", "A B")
@example("Bạ", "Ba 1")
def test_sort_keys_compare_as_the_dictionary_does(one: str, other: str) -> None:
    in_dictionary = dictionary_order(one) < dictionary_order(other)
    assert (sort_key(one) < sort_key(other)) == in_dictionary
    assert (sort_key(one) == sort_key(other)) == (dictionary_order(one) == dictionary_order(other))


@given(names)
def test_a_sort_key_does_not_depend_on_case_or_composition(name: str) -> None:
    assert sort_key(decomposed(name)) == sort_key(name) == sort_key(name.upper())


@given(st.text())
def test_a_sort_key_is_ascii_digits_alone(text: str) -> None:
    assert set(sort_key(text)) <= set("0123456789")


@given(st.text(st.sampled_from([*VIETNAMESE, " ", "1"]), min_size=100, max_size=100))
@example("1 " * 50)
@example("1a" * 50)
def test_the_key_of_the_longest_name_fits_its_column(name: str) -> None:
    assert len(sort_key(name)) <= 400
