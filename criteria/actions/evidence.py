"""What people do with documents: add, attach, take off, put a later one in the place of another."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.locks import lock_for_entry
from criteria.actions.log import entry, facts_of
from criteria.actions.results import Overtaken, Stale, reloaded, row_of, store_entry
from criteria.actions.uploads import Upload, inspected, stored
from criteria.files import FileRefused
from criteria.models import Activity, Evidence, EvidenceUse, Result, Ward
from criteria.sheets.duplicates import SameFile, check_file, check_number
from criteria.sheets.sheet import Row, Sheet, read_sheet


@dataclass(frozen=True)
class DocumentFacts:
    """What a person says of a document.

    is_another: not the one with the same number that the ward has already.
    """

    title: str
    number: str = ""
    issued_on: date | None = None
    issued_by: str = ""
    is_another: bool = False


def add_evidence(
    ward: Ward,
    facts: DocumentFacts,
    file: File | None,
    *,
    besides: Collection[Evidence] = (),
    acting_user: User,
) -> tuple[Evidence, bool]:
    """Store a document of a ward; also tell whether it is new.

    besides: documents that may have its number, because they came with it.

    The same file twice in a ward is the document that is there already, whatever is said of it
    now. Raises FileRefused, SameNumber or another ValidationError, and then leaves neither a row
    nor a file.
    """
    upload = inspected(file)
    try:
        check_file(ward, _sha256(upload))
        with stored(upload) as name, transaction.atomic():
            evidence = _create(ward, facts, upload, name, acting_user, besides=besides)
            Activity.objects.append([_created(evidence, acting_user)])
            return evidence, True
    except SameFile as same:
        return same.document, False


def add_and_attach(
    sheet: Sheet,
    row: Row,
    facts: DocumentFacts,
    file: File | None,
    *,
    version: int,
    besides: Collection[Evidence] = (),
    acting_user: User,
    today: date | None = None,
) -> tuple[Evidence, bool]:
    """Add a document and attach it, both or neither; see `add_evidence` and `attach`."""
    ward, upload = sheet.assessment.ward, inspected(file)
    row = row_of(sheet, row)
    _check_version(sheet, row, version)
    try:
        check_file(ward, _sha256(upload))
        with stored(upload) as name, _entry_on(sheet, row):
            result = _entered(sheet, row, acting_user, today)
            evidence = _create(ward, facts, upload, name, acting_user, besides=besides)
            attached = _attach(sheet, result, evidence, acting_user)
            Activity.objects.append([_created(evidence, acting_user), attached])
            return evidence, True
    except SameFile as same:
        known = same.document
    attach(sheet, row, known, version=version, acting_user=acting_user, today=today)
    return known, False


def attach(
    sheet: Sheet,
    row: Row,
    evidence: Evidence,
    *,
    version: int,
    acting_user: User,
    today: date | None = None,
) -> Sheet:
    """Attach a document of the ward to a row of its sheet, and return the sheet as it is then.

    An entry of the unit like any other: `version` and the refusals are those of `save_result`.
    Attaching what is attached already changes nothing and is never stale.
    """
    row = row_of(sheet, row)
    if row.result and _use(row.result, evidence):
        return sheet
    _check_version(sheet, row, version)
    with _entry_on(sheet, row):
        result = _entered(sheet, row, acting_user, today)
        Activity.objects.append([_attach(sheet, result, evidence, acting_user)])
    return read_sheet(reloaded(sheet.assessment))


def detach(
    sheet: Sheet,
    row: Row,
    evidence: Evidence,
    *,
    version: int,
    acting_user: User,
    today: date | None = None,
) -> Sheet:
    """Take a document off a row; that it was attached stays on record. See `attach`."""
    row = row_of(sheet, row)
    use = _use(row.result, evidence) if row.result else None
    if use is None:
        return sheet
    _check_version(sheet, row, version)
    with _entry_on(sheet, row):
        result = _entered(sheet, row, acting_user, today)
        mine = EvidenceUse.objects.attached().filter(pk=use.pk)
        if not mine.update(detached_by=acting_user, detached_at=timezone.now()):
            raise Overtaken
        verb = Activity.Verb.DETACH
        Activity.objects.append([_use_logged(verb, sheet, result, evidence, acting_user)])
    return read_sheet(reloaded(sheet.assessment))


def supersede(
    evidence: Evidence, facts: DocumentFacts, file: File | None, *, acting_user: User
) -> Evidence:
    """Store a later document that takes the place of this one, and return it.

    The earlier one stays where it is attached, on approved sheets too, with a link to the later.
    """
    upload = inspected(file)
    try:
        check_file(evidence.ward, _sha256(upload))
        with stored(upload) as name, transaction.atomic():
            later = _create(evidence.ward, facts, upload, name, acting_user, besides=[evidence])
            _put_in_place(later, evidence)
            superseded = entry(
                Activity.Verb.SUPERSEDE,
                evidence,
                acting_user=acting_user,
                after={"superseded_by": str(later)},
            )
            Activity.objects.append([_created(later, acting_user), superseded])
    except SameFile as same:
        raise FileRefused(
            _("The ward already has this file, as “%(document)s”.") % {"document": same.document}
        ) from None
    evidence.superseded_by = later
    return later


def _put_in_place(later: Evidence, evidence: Evidence) -> None:
    current = Evidence.objects.filter(pk=evidence.pk, superseded_by=None)
    if not current.update(superseded_by=later):
        raise ValidationError(_("A later document has taken the place of this one already."))


def _create(
    ward: Ward,
    facts: DocumentFacts,
    upload: Upload | None,
    name: str,
    acting_user: User,
    *,
    besides: Collection[Evidence] = (),
) -> Evidence:
    evidence = Evidence(
        ward=ward,
        title=facts.title.strip(),
        number=facts.number.strip(),
        issued_on=facts.issued_on,
        issued_by=facts.issued_by.strip(),
        added_by=acting_user,
        added_at=timezone.now(),
    )
    if upload:
        of_file = upload.facts
        evidence.file, evidence.file_name = name, of_file.clean_name
        evidence.kind, evidence.size, evidence.sha256 = of_file.kind, of_file.size, of_file.sha256
    evidence.clean_fields(exclude={"search_text", "ward", "added_by"})
    evidence.validate_constraints(exclude={"sha256"})  # for whose race there is the database
    if not facts.is_another:
        # One at a time, so that of two who enter the same number one is asked.
        Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)
        check_file(ward, evidence.sha256)
        check_number(evidence, besides=besides)
    try:
        with transaction.atomic():
            evidence.save(force_insert=True)
    except IntegrityError:
        # Somebody has stored the same file since we looked.
        if upload:
            raise SameFile(ward, evidence.sha256) from None
        raise
    return evidence


def _sha256(upload: Upload | None) -> str:
    return upload.facts.sha256 if upload else ""


def _created(evidence: Evidence, acting_user: User) -> Activity:
    hidden = ("id", "search_text", "file")
    facts = {name: value for name, value in facts_of(evidence).items() if name not in hidden}
    return entry(Activity.Verb.CREATE, evidence, acting_user=acting_user, after=facts)


def _check_version(sheet: Sheet, row: Row, version: int) -> None:
    if row.version != version:
        raise Stale(sheet)


@contextmanager
def _entry_on(sheet: Sheet, row: Row) -> Iterator[None]:
    """One transaction; where somebody else's came first, say what holds now."""
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, Overtaken) as error:
        if isinstance(error, IntegrityError) and row.result:
            raise
        raise Stale(read_sheet(reloaded(sheet.assessment))) from None


def _use(result: Result, evidence: Evidence) -> EvidenceUse | None:
    return EvidenceUse.objects.attached().filter(result=result, evidence=evidence).first()


def _entered(sheet: Sheet, row: Row, acting_user: User, today: date | None) -> Result:
    """Lock the sheet for an entry, and return the row's result as it is stored then."""
    assessment, _is_shared = lock_for_entry(sheet.assessment, today)
    return store_entry(assessment, row, acting_user)


def _attach(sheet: Sheet, result: Result, evidence: Evidence, acting_user: User) -> Activity:
    """Attach within a transaction, and return the row of the log, to be appended last."""
    if evidence.ward_id != sheet.assessment.ward_id:
        raise ValidationError(_("This document belongs to another ward."))
    # As it is now: somebody may just have put a later one in its place.
    if Evidence.objects.select_for_update().get(pk=evidence.pk).superseded_by_id:
        raise ValidationError(
            _("A later document has taken the place of this one. Attach that one.")
        )
    EvidenceUse.objects.create(
        evidence=evidence, result=result, attached_by=acting_user, attached_at=timezone.now()
    )
    return _use_logged(Activity.Verb.ATTACH, sheet, result, evidence, acting_user)


def _use_logged(
    verb: Activity.Verb, sheet: Sheet, result: Result, evidence: Evidence, acting_user: User
) -> Activity:
    facts = {"evidence": str(evidence)}
    is_attached = verb == Activity.Verb.ATTACH
    return entry(
        verb,
        result,
        acting_user=acting_user,
        about=(sheet.assessment, result.criterion),
        ward=sheet.assessment.ward,
        before={} if is_attached else facts,
        after=facts if is_attached else {},
    )
