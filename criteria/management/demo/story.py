"""The story that the demonstration tells, as tables: who lacked what, promised what, got what.

What is real: the wards, the pledges of 2023 (the pilots are ready that year), and that eleven ward
units lacked area in April 2023. Which eleven, and everything else, is invented. A ward keeps its
weak spots and mends them slowly, its successor inherits some of them, and wards made of communes
start far behind; so a trend means something.
"""

from dataclasses import dataclass
from datetime import date

CLAIMED, MODEST, NOT_APPLICABLE = "!", "?", "-"


@dataclass(frozen=True)
class Story:
    """What one sheet comes to, by the criteria's numbers.

    unmet: not met in the end. claimed: those of them that the unit itself says are met. modest: met
    in the end, while the unit says they are not. not_applicable: both say so.
    """

    unmet: frozenset[int] = frozenset()
    claimed: frozenset[int] = frozenset()
    modest: frozenset[int] = frozenset()
    not_applicable: frozenset[int] = frozenset()

    @classmethod
    def read(cls, text: str) -> "Story":
        """Read “5! 7 20? 14-”: 5 and 7 are not met, of which the unit claims 5; see the marks."""
        marked: dict[str, set[int]] = {mark: set() for mark in ("", CLAIMED, MODEST)}
        marked[NOT_APPLICABLE] = set()
        for word in text.split():
            number = word.rstrip(CLAIMED + MODEST + NOT_APPLICABLE)
            marked[word[len(number) :]].add(int(number))
        claimed = frozenset(marked[CLAIMED])
        return cls(
            unmet=frozenset(marked[""]) | claimed,
            claimed=claimed,
            modest=frozenset(marked[MODEST]),
            not_applicable=frozenset(marked[NOT_APPLICABLE]),
        )


SHEETS = {
    2023: {
        # the pilots
        "Lộc Hòa": "",
        "Lộc Vượng": "19?",
        "Thống Nhất": "",
        # the eleven short of area
        "Bà Triệu": "5 14-",
        "Cửa Bắc": "5 7 18 21!",
        "Ngô Quyền": "5 6 7 13! 20",
        "Nguyễn Du": "5! 6 7! 18! 19 22",
        "Phan Đình Phùng": "5!",
        "Quang Trung": "5! 22",
        "Trần Đăng Ninh": "5 18!",
        "Trần Hưng Đạo": "5! 6 7! 22",
        "Trần Tế Xương": "2 5 9 10! 13 18 22!",
        "Văn Miếu": "2 3 5! 6 7! 9 16! 18 20! 21",
        "Vị Hoàng": "5 7! 16",
        # the others
        "Cửa Nam": "6? 7! 18",
        "Hạ Long": "7 16",
        "Lộc Hạ": "13 20?",
        "Mỹ Xá": "6 18 22!",
        "Năng Tĩnh": "7! 13 15 18 19!",
        "Trần Quang Khải": "1 3 8 13! 16 17 20! 22",
        "Trường Thi": "6 7! 16 22",
        "Vị Xuyên": "2 18! 19",
    },
    2024: {
        "Cửa Nam": "7?",
        "Lộc Hạ": "",
        "Lộc Hòa": "",
        "Lộc Vượng": "",
        "Quang Trung": "13-",
        "Mỹ Xá": "18! 22?",
        "Trường Thi": "22",
        "Năng Tĩnh": "7! 13",
        "Vị Xuyên": "2 18! 22",
        "Cửa Bắc": "5! 7 18 21!",
        "Trần Hưng Đạo": "5! 6 7! 18 19",
        "Nam Phong": "5 6 7! 8 14 19! 22-",
        "Nam Vân": "1 5! 6 7 8 13! 16 20 22-",
        "Hưng Lộc": "5 8 19",
    },
    2025: {
        "Đông A": "20?",
        "Trường Thi": "",
        "Thành Nam": "18",
        "Thiên Trường": "13 22!",
        "Mỹ Lộc": "5! 8 13- 19",
        "Hồng Quang": "7! 8 13 22",
        "Vị Khê": "5 6 7! 8 19",
        "Nam Định": "4 5 7 11 13 16! 18!",
    },
    2026: {
        "Đông A": "",
        "Mỹ Lộc": "5! 8?",
        "Vị Khê": "5 6 7! 19",
        "Hồng Quang": "",
        "Nam Định": "5 7! 16? 18",
        "Thiên Trường": "6",
        "Trường Thi": "",
    },
}


def story_of(name: str, year: int) -> Story:
    """Return the story of a ward's sheet; of a ward that the tables do not name, all is met."""
    return Story.read(SHEETS.get(year, {}).get(name, ""))


# A ward that started two months before the end of the round did not finish its sheet.
UNFINISHED = {(2024, "Hưng Lộc")}
# Made of wards of the city alone, so that its first sheet takes over what all of them met.
INHERITS = {(2024, "Quang Trung")}
# Returned once, mended and approved.
RETURNED = {(2024, "Năng Tĩnh"), (2025, "Nam Định")}
# What the verifier agreed with at first and found not to be so once the round was settled.
OVERLOOKED = {(2024, "Mỹ Xá"): frozenset({18})}
# Approved in the open round, and reopened since.
UNDER_REVIEW = {(2026, "Mỹ Lộc")}
# Why many are approved at once of whose criteria nobody has verified every one.
UNSEEN = "Hội đồng thẩm định đã họp xét, thống nhất với tự đánh giá (minh họa)"
# Whose headquarters were measured anew, so that a later drawing takes the place of the first.
REDRAWN = {(2026, "Trường Thi")}

# How far the sheets of the open round have come, by ward; of any other, they are approved. The own
# ward's is the returned one, so that its officer has something to mend.
OWN_WARD = "Trường Thi"
NOT_BEGUN = ""
STAGES = {
    "Hồng Quang": "submitted",
    "Nam Định": "verifying",
    "Thành Nam": NOT_BEGUN,
    "Thiên Trường": "draft",
    OWN_WARD: "returned",
}

# Which wards registered to become a model unit, by the year and by the day on which they existed.
PLEDGES = [
    (2024, date(2024, 1, 15), ("Cửa Nam", "Lộc Hạ", "Mỹ Xá", "Trần Hưng Đạo")),
    (2025, date(2025, 1, 15), ("Lộc Hòa", "Trường Thi")),
    (2025, date(2025, 8, 1), ("Đông A", "Thành Nam", "Trường Thi")),
    (2026, date(2026, 1, 15), ("Hồng Quang", "Mỹ Lộc", "Trường Thi", "Vị Khê")),
]


@dataclass(frozen=True)
class Decision:
    """A decision that recognised wards for a year."""

    year: int
    number: str
    decided_on: date
    names: tuple[str, ...]


# One pilot was ready in 2023 and not recognised, and of the five ready in 2024 one was not.
DECISIONS = [
    Decision(2023, "112/QĐ-BCA-MH", date(2024, 3, 15), ("Lộc Vượng", "Thống Nhất")),
    Decision(
        2024, "134/QĐ-BCA-MH", date(2025, 3, 20), ("Lộc Hạ", "Lộc Hòa", "Lộc Vượng", "Quang Trung")
    ),
    Decision(2025, "97/QĐ-BCA-MH", date(2026, 3, 18), ("Đông A", "Trường Thi")),
]
REVOKED_ON = {(2024, "Lộc Hạ"): date(2025, 5, 12)}
REVOKED_REASON = "Có cán bộ vi phạm bị xử lý kỷ luật sau khi được công nhận (minh họa)"

# Two wards tried the criteria in spring; it speaks for nobody. Name, first and last day, the days
# to submit and to verify by, and the day of its closing.
TRIAL_ROUND = (
    "Đợt thí điểm 2026 (minh họa)",
    date(2026, 3, 1),
    date(2026, 5, 31),
    date(2026, 6, 5),
    date(2026, 6, 15),
    date(2026, 6, 16),
)
TRIAL_WARDS = {"Mỹ Lộc", "Vị Khê"}
# A set to try “what if” with. Newly made wards have no year before to compare with (13), and the
# civilised-urban standard has a procedure of its own (22).
TRIAL_SET = "minh-hoa-20"
TRIAL_TITLE = "Bộ 20 tiêu chí giả định (minh họa)"
TRIAL_FROM = date(2027, 1, 1)
LEFT_OUT = (13, 22)
