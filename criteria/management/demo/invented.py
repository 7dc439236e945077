"""What the demonstration's units and verifiers say: plausible, deterministic, invented.

Chance is seeded with names, never with keys: the same ward says the same in every installation, and
much the same of the same criterion in the next round.
"""

from decimal import Decimal
from math import sqrt
from random import Random

from criteria.actions.records import save_record
from criteria.measures import NO, PERCENT, YES
from criteria.models import Requirement, Round, Ward, WardNorm
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.sheet import Entry, Line, Row

INVENTED = "Dữ liệu minh họa"
FIRST_YEAR = 2023
MOST_AREA = 480  # m²
SOME_PEOPLE = 10_000  # where a ward's own number is not known

_NEW_WARD = "Phường mới thành lập"
DOES_NOT_APPLY = {
    13: f"{_NEW_WARD}, chưa có số liệu năm trước để so sánh (minh họa)",
    14: "Trong kỳ không tiếp nhận tin báo, tố giác nào (minh họa)",
    22: f"{_NEW_WARD}, chưa đến kỳ xét công nhận (minh họa)",
}

# Why a unit says that it does not meet a criterion.
SHORTCOMINGS = {
    1: "Kế hoạch của UBND phường còn đang trình ký (minh họa)",
    2: "Đảng bộ được xếp loại hoàn thành tốt nhiệm vụ (minh họa)",
    3: "Chi bộ được xếp loại hoàn thành tốt nhiệm vụ (minh họa)",
    5: "Trụ sở cũ chật, chưa bố trí được quỹ đất (minh họa)",
    6: "Đã đề nghị cấp bổ sung, chưa được cấp đủ (minh họa)",
    7: "Chờ kinh phí lắp đặt thêm camera (minh họa)",
    8: "Còn thiếu biên chế so với quy định (minh họa)",
    13: "Số vụ trộm cắp giảm chậm (minh họa)",
    16: "Còn vi phạm lòng đường, vỉa hè ở tuyến chợ (minh họa)",
    18: "Một số hộ chưa mở được lối thoát nạn thứ hai (minh họa)",
    19: "Còn hồ sơ giải quyết quá hạn (minh họa)",
    20: "Kết quả khảo sát thấp hơn yêu cầu (minh họa)",
    22: "Đang hoàn thiện hồ sơ đề nghị công nhận (minh họa)",
}
DONE = "Đã thực hiện, có văn bản kèm theo (minh họa)"
COUNTED = "Số liệu đến hết kỳ đánh giá (minh họa)"
DECIDED = "Có quyết định của năm đánh giá (minh họa)"

# What a verifier finds where the unit says that it meets a criterion.
FINDINGS = {
    5: (
        "Đo lại thực tế: phần sân dùng chung không được tính (minh họa)",
        "Diện tích trên giấy chứng nhận nhỏ hơn số đã kê khai (minh họa)",
    ),
    7: (
        "Khi kiểm tra, một số camera không hoạt động (minh họa)",
        "Đã tính cả camera của hộ dân, chưa có văn bản phối hợp (minh họa)",
    ),
    10: ("Quyết định kèm theo là của năm trước (minh họa)",),
    13: ("Số liệu so sánh không cùng kỳ (minh họa)",),
    16: ("Biên bản kiểm tra liên ngành kết luận chưa đạt (minh họa)",),
    18: (
        "Danh sách hộ thuộc diện còn thiếu so với thực tế (minh họa)",
        "Kiểm tra xác suất: có hộ chưa mở lối thoát nạn thứ hai (minh họa)",
    ),
    19: ("Hệ thống dịch vụ công ghi nhận nhiều hồ sơ quá hạn hơn (minh họa)",),
    20: ("Số phiếu khảo sát chưa đủ, kết quả tính lại thấp hơn (minh họa)",),
    21: ("Danh sách được công nhận chưa đủ tỷ lệ (minh họa)",),
    22: ("Quyết định công nhận đã hết hiệu lực (minh họa)",),
}
FINDING = "Hồ sơ chưa đủ căn cứ (minh họa)"
BETTER_THAN_SAID = "Đối chiếu hồ sơ: đơn vị tính thiếu, kết quả thực tế đạt (minh họa)"

Bounds = tuple[float, float]

# Figures that a person judges, for want of a threshold: within which bounds “met”, and “not met”.
JUDGED = {
    6: ((91, 100), (58, 84)),
    8: ((95, 100), (71, 91)),
    13: ((3, 14), (0, 2)),
    14: ((96, 100), (80, 93)),
    19: ((97, 100), (82, 94)),
    20: ((90, 98), (70, 86)),
}
JUDGED_PERCENT = ((85, 99), (40, 70))
A_THOUSAND_PEOPLE = ((2.2, 3.6), (0.6, 1.6))  # a figure of things, such as cameras

# By how much of a threshold a figure lies above or below it.
ABOVE, BELOW = (1.0, 1.35), (0.55, 0.95)
JUST_ABOVE, JUST_BELOW = (1.0, 1.06), (0.84, 0.99)


def chance_of(ward: Ward, *what: object) -> Random:
    """Return what is the same for a ward and a matter in every round and every installation."""
    return Random(f"{ward.name} {ward.valid_from} {what}")  # noqa: S311


def entry_of(
    row: Row, ward: Ward, year: int, *, is_met: bool, is_close: bool = False, why: str
) -> Entry:
    """Answer a criterion's requirements so that it comes out as wanted. is_close: only just."""
    chance = chance_of(ward, row.criterion.code)
    failing = int(len(row.lines) * sqrt(chance.random()))  # rather the last: it is the harder one
    answers = {}
    for place, line in enumerate(row.lines):
        figures = Figures(row, line, ward, year, is_close=is_close)
        answers[line.requirement.pk] = figures.answer(is_met=is_met or place != failing)
    return Entry(answers, explanation=why)


def not_applicable(row: Row) -> Entry:
    why = DOES_NOT_APPLY.get(row.criterion.number, f"Không thuộc diện áp dụng. {INVENTED}")
    none = {line.requirement.pk: NO_ANSWER for line in row.lines}
    return Entry(none, not_applicable=True, explanation=why)


def explanation(row: Row, *, is_met: bool) -> str:
    if is_met:
        measure = row.lines[0].measure
        return COUNTED if measure.is_figure else DECIDED if measure.is_yearly else DONE
    return SHORTCOMINGS.get(row.criterion.number, f"Chưa đạt trong kỳ. {INVENTED}")


def finding(row: Row, ward: Ward) -> str:
    texts = FINDINGS.get(row.criterion.number, (FINDING,))
    return texts[int(len(texts) * chance_of(ward, "finding", row.criterion.code).random())]


class Figures:
    """Plausible answers of one ward to one requirement, on both sides of what is asked."""

    def __init__(self, row: Row, line: Line, ward: Ward, year: int, *, is_close: bool) -> None:
        self.line, self.asked, self.year, self.is_close = line, line.requirement, year, is_close
        self.number = row.criterion.number
        self.population = ward.population or SOME_PEOPLE
        # How strong the ward is here, from 0 to 1: lasting, and a little better every year. What is
        # built stays as it is.
        lasting = chance_of(ward, row.criterion.code, self.asked.position).random()
        self.when_met = lasting if self.asked.norm_per_ward else self._grown(lasting)
        self.when_unmet = self._grown(lasting)

    def _grown(self, lasting: float) -> float:
        return min(0.7 * lasting + 0.1 * (self.year - FIRST_YEAR), 1)

    def answer(self, *, is_met: bool) -> Answer:
        measure = self.line.measure
        if not measure.is_compared:
            choice = YES if is_met else NO
            return Answer(measure.value_of(choice, self.year))
        if not measure.is_figure and self.line.threshold is not None:
            return Answer(self.line.threshold - (0 if is_met else 1))
        if self.line.threshold is None:
            return Answer(self._judged(is_met=is_met), "met" if is_met else "not_met")
        return Answer(self._against(float(self.line.threshold), is_met=is_met))

    def _judged(self, *, is_met: bool) -> Decimal:
        if self.line.measure is PERCENT:
            bounds = self._judged_bounds(JUDGED.get(self.number, JUDGED_PERCENT))
            return self._rounded(self._within(bounds, is_met=is_met))
        bounds = self._judged_bounds(A_THOUSAND_PEOPLE)
        many = self._within(bounds, is_met=is_met) * self.population / 1000
        return self._rounded(max(many, 1))

    def _judged_bounds(self, bounds: tuple[Bounds, Bounds]) -> tuple[Bounds, Bounds]:
        """Where two people disagree, their figures are not far apart."""
        (low, high), (lowest, below) = bounds
        if not self.is_close:
            return bounds
        return (low, low + (high - low) / 4), (below - (below - lowest) / 4, below)

    def _against(self, threshold: float, *, is_met: bool) -> Decimal:
        if self.asked.comparator == Requirement.Comparator.AT_MOST:
            more = 1 + int(3 * (1 - self.when_unmet))
            return Decimal(str(threshold)) + (0 if is_met else more)
        bounds = (JUST_ABOVE, JUST_BELOW) if self.is_close else (ABOVE, BELOW)
        value = threshold * self._within(bounds, is_met=is_met)
        if self.line.measure is PERCENT:
            value = min(value, 100)
        return self._rounded(value)

    def _within(self, bounds: tuple[Bounds, Bounds], *, is_met: bool) -> float:
        """Return a figure within the bounds for “met”, or within those for “not met”."""
        low, high = bounds[0 if is_met else 1]
        return low + (high - low) * (self.when_met if is_met else self.when_unmet)

    def _rounded(self, figure: float) -> Decimal:
        """Tenths of a per cent, halves of a square metre, whole things."""
        if self.line.measure is PERCENT:
            return Decimal(round(figure * 10)) / 10
        if self.asked.norm_per_ward:
            return Decimal(round(figure * 2)) / 2
        return Decimal(round(figure))


def make_norms(wards: list[Ward], round: Round) -> None:
    """Give every ward its own norm, by its population: merged wards are asked for more."""
    asked = Requirement.objects.filter(
        criterion__criteria_set=round.criteria_set, norm_per_ward=True
    )
    for requirement in asked:
        has_norm = set(requirement.norms.values_list("ward", flat=True))
        for ward in wards:
            if ward.pk not in has_norm:
                people = ward.population or SOME_PEOPLE
                norm = WardNorm(
                    ward=ward,
                    requirement=requirement,
                    threshold=Decimal(min(120 + 10 * (people // 3000), MOST_AREA)),
                    legal_basis=INVENTED,
                    valid_from=ward.valid_from,
                )
                save_record(norm, acting_user=None, reason=INVENTED)
