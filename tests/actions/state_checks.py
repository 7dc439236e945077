"""What must hold between the program and the model of `state_model`, after every act."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from criteria.models import Activity, Assessment, EvidenceUse, RequirementValue, Result
from criteria.permissions import can_enter, can_take, can_verify_sheet, sheet_or_404
from criteria.readiness.standing import standings
from criteria.workflow import STEPS
from tests.actions.state_model import NO, VALUE, VERDICT, Model, Sheet


def stored_sheets(model: Model, unsaved: Sequence[Assessment], users: Mapping[str, User]) -> None:
    keys = {user.pk: person for person, user in users.items()}
    for place, sheet in enumerate(model.sheets):
        latest = Assessment.objects.latest_revisions()
        stored = latest.filter(ward=unsaved[place].ward).first()
        assert (stored.state if stored else "") == sheet.state
        if stored is None:
            continue
        assert (stored.version, stored.revision) == (sheet.version, sheet.revision)
        for step in ("submitted", "verifying", "approved"):
            who = keys.get(getattr(stored, f"{step}_by_id"))
            assert who == sheet.stamps.get(step)
            assert (getattr(stored, f"{step}_at") is None) == (who is None)
        returned = (keys.get(stored.returned_by_id), stored.return_reason)
        assert returned == (sheet.returned or (None, ""))
        tallies = [getattr(stored, f"n_{verdict}") for verdict in VERDICT.values()]
        expected = sheet.tallies
        assert tallies == [
            None if expected is None else expected.get(verdict, 0) for verdict in VERDICT.values()
        ]
        _rows(stored, sheet, keys)


def _rows(stored: Assessment, sheet: Sheet, keys: Mapping[int, str]) -> None:
    results = Result.objects.filter(assessment=stored).select_related("criterion")
    values = {
        value.result_id: value
        for value in RequirementValue.objects.filter(result__assessment=stored)
    }
    uses = EvidenceUse.objects.attached().filter(result__assessment=stored)
    attached = set(uses.values_list("result", flat=True))
    assert {result.criterion.number for result in results} == set(sheet.rows)
    for result in results:
        row = sheet.rows[result.criterion.number]
        value = values.get(result.pk, RequirementValue())  # of a row with a document alone
        assert (result.self_verdict, result.explanation, value.self_value) == (
            VERDICT[row.said],
            row.explanation,
            VALUE[row.said],
        )
        assert (result.pk in attached) == row.is_attached
        assert (result.verified_verdict, result.finding, value.verified_value) == (
            VERDICT[row.found],
            row.finding,
            VALUE[row.found],
        )
        assert result.version == row.version
        assert keys[result.entered_by_id] == row.entered_by
        assert keys.get(result.verified_by_id, "") == row.verified_by
        assert bool(result.return_note) == row.is_noted


class SealedLog:
    """How far the log has been read, and the seal of its last row."""

    def __init__(self) -> None:
        self.n_sealed, self.hash = 0, "0" * 64
        self.is_longer = True  # than at the check before

    def check(self, model: Model, users: Mapping[str, User]) -> None:
        """Each act is told in order, and the chain is whole."""
        new = list(Activity.objects.filter(seq__gt=self.n_sealed).order_by("seq"))
        self.is_longer = bool(new)
        for entry in new:
            self.n_sealed += 1
            assert (entry.seq, entry.previous_hash) == (self.n_sealed, self.hash)
            assert entry.hash == entry.seal()
            self.hash = entry.hash
        keys = {user.pk: person for person, user in users.items()}
        said = [(entry.verb, keys[entry.actor_id]) for entry in new]
        assert said == model.log[len(model.log) - len(new) :]
        assert self.n_sealed == len(model.log)


def standings_of_approved(model: Model, unsaved: Sequence[Assessment]) -> None:
    found = {s.ward.pk: s for s in standings(unsaved[0].round.ends_on)}
    for place, sheet in enumerate(model.official):
        standing = found[unsaved[place].ward.pk]
        assert (standing.round is not None) == (sheet is not None)
        counts = (sheet and sheet.tallies) or {}
        assert standing.is_ready == bool(counts.get("met") and not counts.get("not_met"))
        numbers = [criterion.number for criterion in standing.unmet]
        rows = sorted(sheet.rows.items()) if sheet else []
        assert numbers == [number for number, row in rows if row.found == NO]
        is_under_review = sheet is not None and model.sheets[place] is not sheet
        assert (standing.reviewed_since is not None) == is_under_review


class Approved:
    """What was approved, as it was then: nothing that is done afterwards changes it."""

    def __init__(self) -> None:
        self.then: dict[int, object] = {}

    def check(self) -> None:
        approved = Assessment.objects.filter(state="approved")
        now = {sheet["id"]: _all_of(sheet) for sheet in approved.values()}
        assert now.items() >= self.then.items()
        self.then = now


def _all_of(sheet: dict[str, object]) -> object:
    """All that is kept of a sheet, but for what a later revision takes over from it."""
    facts = {name: sheet[name] for name in sheet if name not in ("is_latest", "superseded_at")}
    of_sheet = {"result__assessment": sheet["id"]}
    return (
        facts,
        list(Result.objects.filter(assessment=sheet["id"]).order_by("pk").values()),
        list(RequirementValue.objects.filter(**of_sheet).order_by("pk").values()),
        list(EvidenceUse.objects.filter(**of_sheet).order_by("pk").values()),
    )


def permissions(model: Model, place: int, unsaved: Assessment, users: Mapping[str, User]) -> None:
    assessment = sheet_or_404(users["city"], unsaved.round_id, unsaved.ward_id)
    for person, user in users.items():
        assessment.is_own = person == "own"
        for name, step in STEPS.items():
            may = can_take(user, step, assessment, model.today)
            assert (name, person, may) == (name, person, model.can_take(place, person, name))
        assert can_enter(user, assessment, model.today) == model.can_enter(place, person)
        assert can_verify_sheet(user, assessment) == model.can_verify(place, person)
