"""The documents that the demonstration's units refer to: invented, and kept elsewhere."""

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from criteria.actions.evidence import DocumentFacts, add_evidence, supersede
from criteria.management.demo.invented import chance_of
from criteria.management.demo.story import REDRAWN
from criteria.models import Evidence, Round, Ward


@dataclass(frozen=True)
class Paper:
    """A kind of document.

    numbers: of the criteria that it stands behind. days: it is issued so long before the end of the
    round. lasts: the next round refers to the same one.
    """

    title: str
    symbol: str
    issuer: str
    numbers: tuple[int, ...]
    days: int
    lasts: bool = False


DRAWING = Paper("Bản vẽ hiện trạng trụ sở", "/BV", "Đơn vị đo vẽ", (5,), 150, lasts=True)
HANDOVER = Paper("Biên bản bàn giao hồ sơ khi sáp nhập", "/BB-BG", "Công an phường {ward}", (), 60)
_REPORT = Paper("Báo cáo tự đánh giá năm {year}", "/BC-CAP", "Công an phường {ward}", (12, 15), 5)
_RESOLUTION = Paper(
    "Nghị quyết về xây dựng Công an phường kiểu mẫu",
    "-NQ/ĐU",
    "Đảng ủy phường {ward}",
    (1,),
    200,
    lasts=True,
)
_INVENTORY = Paper(
    "Biên bản kiểm kê trang bị năm {year}", "/BB-CAP", "Công an phường {ward}", (6, 7), 30
)
_TITLES = Paper("Quyết định khen thưởng năm {year}", "/QĐ-CAT", "Công an tỉnh", (9, 10), 20)


def papers_of(year: int) -> tuple[Paper, ...]:
    """Return what the units refer to: nothing in the first year, more from round to round."""
    if year < 2024:
        return ()
    if year < 2025:
        return (_REPORT, DRAWING)
    return (_REPORT, _TITLES, _RESOLUTION, _INVENTORY, DRAWING)


def paper_for(paper: Paper, ward: Ward, round: Round, officer: User) -> Evidence:
    """Return the ward's document for a round: a new one, unless an earlier one still holds."""
    facts = _facts(paper, ward, round)
    if paper.lasts and (
        earlier := Evidence.objects.current().filter(ward=ward, title=facts.title).first()
    ):
        if paper == DRAWING and (round.year, ward.name) in REDRAWN:
            return supersede(earlier, facts, None, acting_user=officer)
        return earlier
    document, _is_new = add_evidence(ward, facts, None, acting_user=officer)
    return document


def _facts(paper: Paper, ward: Ward, round: Round) -> DocumentFacts:
    chance = chance_of(ward, paper.symbol, round.year)
    names = {"ward": ward.name, "year": round.year}
    earliest = ward.valid_from + timedelta(days=14)
    return DocumentFacts(
        title=f"{paper.title.format(**names)} (minh họa)",
        number=f"{int(1 + 180 * chance.random())}{paper.symbol}",
        issued_on=max(round.ends_on - timedelta(days=paper.days), earliest),
        issued_by=f"{paper.issuer.format(**names)} (minh họa)",
        is_another=True,  # a number that chance gives twice
    )
