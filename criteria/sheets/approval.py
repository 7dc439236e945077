"""What keeps sheets from being approved, and what they come to: for one as for a hundred."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.measures import measure_of
from criteria.models import Assessment, Criterion, RequirementValue, Result
from criteria.readiness import rules
from criteria.readiness.rules import Answer, tally
from criteria.verdicts import Verdict


def approval_problems(sheets: Sequence[Assessment]) -> dict[int, list[str]]:
    """Return what keeps sheets from being approved, by pk. Three queries, however many."""
    problems: dict[int, list[str]] = defaultdict(list)
    for pk, numbers in unverified(sheets).items():
        problems[pk].append(
            ngettext(
                "Criterion %(numbers)s is not verified yet.",
                "Criteria %(numbers)s are not verified yet.",
                len(numbers),
            )
            % {"numbers": ", ".join(map(str, numbers))}
        )
    for pk, numbers in outdated(sheets).items():
        problems[pk].append(
            _("The norm has changed since criteria %(numbers)s were verified: verify them again.")
            % {"numbers": ", ".join(map(str, numbers))}
        )
    return dict(problems)


def unverified(sheets: Sequence[Assessment]) -> dict[int, list[int]]:
    """The numbers of the criteria without a verified verdict, of the sheets that have any.

    Two queries, however many.
    """
    asked: dict[int, set[int]] = defaultdict(set)
    sets = {sheet.round.criteria_set_id for sheet in sheets}
    for set_id, number in Criterion.objects.filter(criteria_set__in=sets).values_list(
        "criteria_set", "number"
    ):
        asked[set_id].add(number)
    verified: dict[int, set[int]] = defaultdict(set)
    done = Result.objects.filter(assessment__in=sheets).exclude(verified_verdict=Verdict.PENDING)
    for pk, number in done.values_list("assessment", "criterion__number").order_by():
        verified[pk].add(number)
    missing = {s.pk: sorted(asked[s.round.criteria_set_id] - verified[s.pk]) for s in sheets}
    return {pk: numbers for pk, numbers in missing.items() if numbers}


def outdated(sheets: Sequence[Assessment]) -> dict[int, list[int]]:
    """The numbers of the criteria whose stored verdict the norms in force today would not give."""
    values = (
        RequirementValue.objects.filter(result__assessment__in=sheets)
        .exclude(result__verified_verdict__in=[Verdict.PENDING, Verdict.NOT_APPLICABLE])
        .with_threshold_in_force()
        .select_related("requirement", "result__criterion")
        .order_by()
    )
    judged: dict[Result, list[Verdict]] = defaultdict(list)
    for value in values:
        asked, answer = value.requirement, Answer(value.verified_value, value.verified_judgement)
        measure, in_force = measure_of(asked), value.threshold_in_force
        judged[value.result].append(
            rules.requirement_verdict(measure, asked.comparator, in_force, answer)
        )
    numbers: dict[int, list[int]] = defaultdict(list)
    for result, verdicts in judged.items():
        if rules.criterion_verdict(verdicts) != result.verified_verdict:
            numbers[result.assessment_id].append(result.criterion.number)
    return {pk: sorted(of_sheet) for pk, of_sheet in numbers.items()}


def tallies_of(sheets: Sequence[Assessment]) -> dict[int, dict[str, int]]:
    """Return the four tallies of each sheet, by its verified verdicts. Two queries."""
    sets = {sheet.round.criteria_set_id for sheet in sheets}
    totals = dict(
        Criterion.objects.filter(criteria_set__in=sets)
        .values_list("criteria_set")
        .annotate(n=Count("pk"))
        .order_by()
    )
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, verdict, n in (
        Result.objects.filter(
            assessment__in=sheets, criterion__criteria_set=F("assessment__round__criteria_set")
        )
        .values_list("assessment", "verified_verdict")
        .annotate(n=Count("pk"))
        .order_by()
    ):
        counted[pk][verdict] = n
    tallies = {}
    for sheet in sheets:
        of_sheet = tally(counted[sheet.pk].elements(), totals[sheet.round.criteria_set_id])
        tallies[sheet.pk] = {
            "n_met": of_sheet.met,
            "n_not_met": of_sheet.not_met,
            "n_not_applicable": of_sheet.not_applicable,
            "n_pending": of_sheet.pending,
        }
    return tallies
