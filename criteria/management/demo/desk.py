"""One invented sheet on its way from hand to hand, by the actions that people's pages call."""

from collections.abc import Sequence
from dataclasses import replace

from accounts.models import User
from criteria.actions.evidence import attach
from criteria.actions.offers import take_over
from criteria.actions.results import RowEntry, save_results
from criteria.actions.steps import take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.management.demo.invented import (
    BETTER_THAN_SAID,
    entry_of,
    explanation,
    finding,
    not_applicable,
)
from criteria.management.demo.papers import HANDOVER, Paper, paper_for, papers_of
from criteria.management.demo.story import INHERITS, OVERLOOKED, story_of
from criteria.models import Assessment, Evidence, Round, Ward
from criteria.sheets.offers import offers
from criteria.sheets.sheet import Entry, Row, Sheet, read_sheet
from criteria.verdicts import Verdict
from criteria.workflow import BEGIN, REOPEN, RETURN, SUBMIT, Step

RETURN_REASON = "Thiếu minh chứng của hai tiêu chí (minh họa)"
REOPENING_REASON = "Kiểm tra thực tế thấy chưa bảo đảm, đề nghị xem xét lại (minh họa)"
RETURN_NOTE = "Bổ sung số và ngày của văn bản (minh họa)"
MENDED = "Đã bổ sung: văn bản số 12/BC-CAP (minh họa)"


class Desk:
    """One ward's sheet of a round, always as it was stored last."""

    def __init__(self, ward: Ward, round: Round, officer: User, verifier: User) -> None:
        self.ward, self.round = ward, round
        self.officer, self.verifier = officer, verifier
        self.story = story_of(ward.name, round.year)
        self.sheet: Sheet = read_sheet(Assessment(ward=ward, round=round))

    @property
    def assessment(self) -> Assessment:
        return self.sheet.assessment

    def bring_to(self, stage: str) -> None:
        if stage == "draft":
            self.fill(len(self.sheet.rows) // 2)
        elif stage == "submitted":
            self.make_submitted()
        elif stage == "verifying":
            self.make_verifying()
        elif stage == "returned":
            self.make_returned()
            self.mend(self.sheet.rows[-1])

    def read_again(self) -> None:
        """Read the sheet as it is after a step that was taken on many at once."""
        stored = Assessment.objects.latest_revisions().select_related("ward", "round__criteria_set")
        self.sheet = read_sheet(stored.get(ward=self.ward, round=self.round))

    # --- the unit ---------------------------------------------------------------------------------

    def fill(self, n_rows: int | None = None) -> None:
        inherited = self.take_over() if (self.round.year, self.ward.name) in INHERITS else []
        rows = [row for row in self.sheet.rows[:n_rows] if row.self_verdict == Verdict.PENDING]
        self.say(*(RowEntry(row, self.said_of(row), row.version) for row in rows))
        for paper in papers_of(self.round.year):
            self.attach(paper, paper.numbers)
        if inherited:
            self.attach(HANDOVER, inherited)

    def said_of(self, row: Row) -> Entry:
        number = row.criterion.number
        if number in self.story.not_applicable:
            return not_applicable(row)
        is_met = number not in (self.story.unmet - self.story.claimed) | self.story.modest
        return self.entry(row, is_met=is_met, why=explanation(row, is_met=is_met))

    def entry(self, row: Row, *, is_met: bool, why: str) -> Entry:
        is_close = row.criterion.number in self.story.claimed | self.story.modest
        year = self.round.year
        return entry_of(row, self.ward, year, is_met=is_met, is_close=is_close, why=why)

    def say(self, *entries: RowEntry) -> None:
        self.sheet = save_results(
            self.sheet, entries, acting_user=self.officer, today=self.round.submit_by
        )

    def take_over(self) -> list[int]:
        """Take over what the predecessors all met; return the numbers of the criteria."""
        offered = offers(self.sheet)
        rows = [
            row
            for row in self.sheet.rows
            if (offer := offered.get(row.criterion.pk))
            and offer.can_be_taken
            and row.judge(offer.entry) == Verdict.MET
        ]
        if rows:
            self.sheet = take_over(
                self.sheet,
                [(row, row.version) for row in rows],
                acting_user=self.officer,
                today=self.round.submit_by,
            )
        return [row.criterion.number for row in rows]

    def attach(self, paper: Paper, numbers: Sequence[int]) -> None:
        """Attach one document to several criteria, as far as they are filled in."""
        rows = [row for row in self.sheet.rows if row.result and row.criterion.number in numbers]
        document: Evidence | None = None
        for row in rows:
            document = document or paper_for(paper, self.ward, self.round, self.officer)
            self.sheet = attach(
                self.sheet,
                row,
                document,
                version=row.version,
                acting_user=self.officer,
                today=self.round.submit_by,
            )

    def make_submitted(self) -> None:
        self.fill()
        self.submit()

    def submit(self) -> None:
        self._step(SUBMIT, self.officer)

    # --- the verifier -----------------------------------------------------------------------------

    def verify_differing(self) -> None:
        """Begin, and find of some criteria something else than the unit says."""
        differing = self.story.claimed | self.story.modest
        if self.assessment.revision == 1:
            differing -= OVERLOOKED.get((self.round.year, self.ward.name), frozenset())
        if not differing:
            return
        self._step(BEGIN, self.verifier)
        for row in self.sheet.rows:
            if row.criterion.number in differing:
                is_met = row.criterion.number in self.story.modest
                why = BETTER_THAN_SAID if is_met else finding(row, self.ward)
                self.sheet = verify_result(
                    self.sheet,
                    row,
                    self.entry(row, is_met=is_met, why=why),
                    version=row.version,
                    acting_user=self.verifier,
                )

    def make_verifying(self) -> None:
        """Verified by half."""
        self.make_submitted()
        self.verify_differing()
        rows = self.sheet.rows[: len(self.sheet.rows) // 2]
        read = [(row, row.version) for row in rows]
        self.sheet = agree_with_rows(self.sheet, read, acting_user=self.verifier)

    def make_returned(self) -> None:
        """Returned with two notes."""
        self.make_submitted()
        self._step(BEGIN, self.verifier)
        noted = [self.sheet.rows[place] for place in (-1, -3)]
        returned = take_step(
            self.assessment,
            RETURN,
            version=self.assessment.version,
            acting_user=self.verifier,
            reason=RETURN_REASON,
            notes={row.criterion.pk: RETURN_NOTE for row in noted},
        )
        self.sheet = read_sheet(returned)

    def reopen(self, administrator: User, *numbers: int) -> list[Row]:
        """Reopen the approved sheet; return the rows of the criteria to be looked at again."""
        noted = [row for row in self.sheet.rows if row.criterion.number in numbers]
        reopened = take_step(
            self.assessment,
            REOPEN,
            version=self.assessment.version,
            acting_user=administrator,
            reason=REOPENING_REASON,
            notes={row.criterion.pk: RETURN_NOTE for row in noted},
        )
        self.sheet = read_sheet(reopened)
        return [row for row in self.sheet.rows if row.criterion.number in numbers]

    def mend(self, row: Row) -> None:
        mended = replace(self.said_of(row), explanation=MENDED)
        self.say(RowEntry(row, mended, row.version))

    def make_mended(self) -> None:
        """Returned, mended and submitted again."""
        self.make_returned()
        for row in self.sheet.to_mend:
            self.mend(row)
        self.submit()

    def _step(self, step: Step, user: User) -> None:
        moved = take_step(
            self.assessment,
            step,
            version=self.assessment.version,
            acting_user=user,
            today=self.round.submit_by,
        )
        self.sheet = replace(self.sheet, assessment=moved)
