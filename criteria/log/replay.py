"""What the tables must say by the log: the log is told over, and both are compared.

Only what moves a figure or a right: documents, roles and rights, the state of sheets and their
tallies, both verdicts of each result. Whoever changes a table past the program is noticed by it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.models import Activity, Assessment, Evidence, Result
from criteria.verdicts import Verdict

Verb = Activity.Verb
Facts = dict[str, Any]
_RIGHTS = ("is_superuser", "is_active")
_OF_DOCUMENT = ("sha256", "size", "kind", "ward_id", "title", "number", "issued_by", "file_name")
_OF_SHEET = ("state", "n_met", "n_not_met", "n_not_applicable", "n_pending")
_OF_RESULT = ("self_verdict", "verified_verdict")
_WRITTEN_BY_UNIT = (Verb.SAVE_RESULT, Verb.ATTACH, Verb.DETACH)


class Replay:
    """Takes in the entries, oldest first; then says where the tables differ from them."""

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[int, Facts]] = defaultdict(lambda: defaultdict(dict))
        self._deleted: set[tuple[str, int]] = set()

    def take_in(self, entry: Activity) -> None:
        if entry.object_id is None:
            return
        facts = self._by_kind[entry.object_type][entry.object_id]
        if entry.verb in _WRITTEN_BY_UNIT:
            facts["verified_verdict"] = Verdict.PENDING.value  # what was found was of another row
        facts.update(entry.after)
        if entry.verb == Verb.DELETE:
            self._deleted.add((entry.object_type, entry.object_id))

    def differences(self) -> Iterator[str]:
        """Say of each record that differs what it is and what it should be."""
        yield from self._compare(Evidence, _OF_DOCUMENT, self._all_of)
        yield from self._compare_accounts()
        yield from self._compare(Assessment, _OF_SHEET, self._of_sheet)
        yield from self._compare(Result, _OF_RESULT, self._of_result())

    def _compare(
        self,
        model: type[Model],
        names: tuple[str, ...],
        expected: Callable[[Any, Facts], Facts | None],
    ) -> Iterator[str]:
        kind = model._meta.label_lower
        logged = dict(self._by_kind[kind])
        rows = model._default_manager.order_by("pk")
        for record in rows.iterator(chunk_size=2000):
            facts = expected(record, logged.pop(record.pk, {}))
            if facts is None:
                yield _("%(record)s is not in the log.") % {"record": _name(record)}
                continue
            yield from _differing(record, names, facts)
        for pk, facts in logged.items():
            if facts and (kind, pk) not in self._deleted:
                verbose = model._meta.verbose_name
                yield _("%(kind)s no. %(pk)d is in the log and is gone.") % {
                    "kind": verbose,
                    "pk": pk,
                }

    def _all_of(self, record: Model, logged: Facts) -> Facts | None:
        return logged or None

    def _of_sheet(self, sheet: Assessment, logged: Facts) -> Facts:
        """Nobody has handed a sheet on of whose state the log says nothing."""
        state = logged.get("state", Assessment.State.DRAFT)
        tallies = {name: logged.get(name) for name in _OF_SHEET[1:]}
        if state != Assessment.State.APPROVED:
            tallies = dict.fromkeys(tallies)
        return {"state": state, **tallies}

    def _of_result(self) -> Callable[[Result, Facts], Facts]:
        """A later revision begins as a copy of the approved one before it."""
        sheets = Assessment.objects.in_bulk()
        later = Assessment.objects.filter(
            ward=OuterRef("assessment__ward"), round=OuterRef("assessment__round"), revision__gt=1
        )
        copied_from = Result.objects.filter(
            Exists(later), assessment__state=Assessment.State.APPROVED
        )
        approved = {
            (*_place(sheets[result.assessment_id]), result.criterion_id): result
            for result in copied_from
        }

        def expected(result: Result, logged: Facts) -> Facts:
            ward, round, own = _place(sheets[result.assessment_id])
            facts = dict.fromkeys(_OF_RESULT, Verdict.PENDING.value)
            for revision in range(1, own):
                if former := approved.get((ward, round, revision, result.criterion_id)):
                    facts = {name: getattr(former, name) for name in _OF_RESULT}
            return facts | logged

        return expected

    def _compare_accounts(self) -> Iterator[str]:
        logged = self._by_kind[User._meta.label_lower]
        users = User.objects.prefetch_related("groups").order_by("pk")
        # The demonstration's own accounts are nobody's doing, and cannot sign in outside it.
        for user in users.filter(is_demo=False) if settings.DEMO else users:
            facts = logged.get(user.pk, {})
            roles = sorted(group.name for group in user.groups.all())
            if roles != sorted(facts.get("roles", [])):
                yield _("%(record)s has the roles %(now)s; by the log they are %(logged)s.") % {
                    "record": _name(user),
                    "now": ", ".join(roles) or "–",
                    "logged": ", ".join(sorted(facts.get("roles", []))) or "–",
                }
            yield from _differing(user, _RIGHTS, {"is_superuser": False, "is_active": True} | facts)


def _place(sheet: Assessment) -> tuple[int, int, int]:
    return sheet.ward_id, sheet.round_id, sheet.revision


def _differing(record: Model, names: tuple[str, ...], facts: Facts) -> Iterator[str]:
    for name in names:
        now, logged = getattr(record, name), facts.get(name)
        if now != logged and str(now) != str(logged):
            yield _("%(record)s: %(field)s is “%(now)s”; by the log it is “%(logged)s”.") % {
                "record": _name(record),
                "field": getattr(record._meta.get_field(name), "verbose_name", name),
                "now": now,
                "logged": logged,
            }


def _name(record: Model) -> str:
    name = record.username if isinstance(record, User) else f"no. {record.pk}"
    return f"{record._meta.verbose_name} {name}"
