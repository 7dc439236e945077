"""What a criterion still lacks before the unit may submit it: one rule, in SQL.

The row, the progress, the work page and the submission itself all ask it.
"""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from criteria.models import Assessment, EvidenceUse, RequirementValue, Result
from criteria.verdicts import Verdict


class Lack(StrEnum):
    """What keeps a criterion from its sheet's next step; the last two from its approval."""

    VERDICT = "verdict"  # not every requirement is answered
    GROUNDS = "grounds"  # neither a document nor an explanation
    OUTDATED = "outdated"  # a norm has changed since the save
    MENDING = "mending"  # the verifier asked for it, and nothing has changed since
    FINDING = "finding"  # nobody has verified it
    NORM = "norm"  # by the norm in force today, it would be verified otherwise

    @property
    def in_words(self) -> str:
        return str(IN_WORDS[self])


IN_WORDS = {
    Lack.VERDICT: _("not assessed yet"),
    Lack.GROUNDS: _("neither evidence nor an explanation"),
    Lack.OUTDATED: _("the norm has changed since: save again"),
    Lack.MENDING: _(
        "returned and not mended yet; if nothing is to be changed, say why in the explanation"
    ),
    Lack.FINDING: _("not verified yet"),
    Lack.NORM: _("the norm has changed since: verify again"),
}


NO_THRESHOLD = Value(Decimal(-(10**9)), DecimalField(max_digits=12, decimal_places=2))


def to_mend(result: str = "") -> Q:
    """Results that the last return asked for and that nobody has touched since.

    result: the way to them in the query, ending in “__”.
    """
    returned_since = Assessment.objects.order_by().filter(
        pk=OuterRef(f"{result}assessment"), returned_at__gte=OuterRef(f"{result}entered_at")
    )
    return ~Q(**{f"{result}return_note": ""}) & Q(Exists(returned_since))


def lack(result: str = "") -> Case:
    """Return, inside a query, the Lack that keeps a result from being submitted; "": none.

    result: the way to it, ending in “__”. Where there is none, nobody has judged it yet.
    """
    key = OuterRef(f"{result}pk")
    values = RequirementValue.objects.filter(result=key).with_threshold_in_force()
    has_other_norm = values.alias(
        then=Coalesce("threshold_applied", NO_THRESHOLD),
        now=Coalesce("threshold_in_force", NO_THRESHOLD),
    ).exclude(then=F("now"))
    uses = EvidenceUse.objects.attached().filter(result=key)
    verdict = f"{result}self_verdict"

    def because(lack: Lack) -> Value:
        return Value(lack.value)

    return Case(
        When(Q(**{f"{result}pk": None}) | Q(**{verdict: Verdict.PENDING}), because(Lack.VERDICT)),
        When(
            ~Q(**{verdict: Verdict.NOT_APPLICABLE}) & Exists(has_other_norm), because(Lack.OUTDATED)
        ),
        When(to_mend(result), because(Lack.MENDING)),
        When(Q(**{f"{result}explanation": ""}) & ~Exists(uses), because(Lack.GROUNDS)),
        default=Value(""),
    )


def lacks_of(sheets: Iterable[Assessment], criterion_id: int) -> dict[int, str]:
    """Return what one criterion lacks on each of the sheets that say something of it, by their pk.

    One query, however many.
    """
    results = Result.objects.filter(
        assessment__in=[sheet.pk for sheet in sheets if sheet.pk], criterion=criterion_id
    )
    return dict(results.annotate(lack=lack()).values_list("assessment", "lack").order_by())
