"""Which wards became ready from one round to another, and which no longer are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from criteria.models import Assessment, Round, Ward
from criteria.readiness.standing import READY

_WARD = ("pk", "name", "valid_from", "valid_to")


@dataclass(frozen=True)
class Changes:
    """Wards that were ready at the end of `before` or are at the end of `after`, but not at both.

    became, no_longer, undecided: in scope at both ends; undecided: without an approved sheet of
    `after`. founded: ready, and not there before. gone: were ready, and not there any more.
    """

    before: Round
    after: Round
    became: Sequence[Ward]
    no_longer: Sequence[Ward]
    undecided: Sequence[Ward]
    founded: Sequence[Ward]
    gone: Sequence[Ward]

    @property
    def are_none(self) -> bool:
        lists = (self.became, self.no_longer, self.undecided, self.founded, self.gone)
        return not any(lists)


def read_changes(before: Round, after: Round) -> Changes:
    """Read them in one query; the wards in Vietnamese order."""
    sheets = Assessment.objects.approved(after.known).filter(
        Q(round=after) | Q(READY, round=before), ward__kind=Ward.Kind.WARD
    )
    rows = sheets.order_by("ward__sort_key", "ward__valid_from").annotate(is_ready=READY)
    were, are, verified = {}, {}, set()
    for round_id, is_ready, *of in rows.values_list(
        "round", "is_ready", *(f"ward__{name}" for name in _WARD)
    ):
        ward = Ward(**dict(zip(_WARD, of, strict=True)))
        if round_id == before.pk:
            were[ward.pk] = ward
        else:
            verified.add(ward.pk)
            if is_ready:
                are[ward.pk] = ward
    were = {pk: ward for pk, ward in were.items() if ward.in_force(before.ends_on)}
    are = {pk: ward for pk, ward in are.items() if ward.in_force(after.ends_on)}
    lost = [w for pk, w in were.items() if pk not in are and w.in_force(after.ends_on)]
    return Changes(
        before,
        after,
        became=[w for pk, w in are.items() if pk not in were and w.in_force(before.ends_on)],
        no_longer=[ward for ward in lost if ward.pk in verified],
        undecided=[ward for ward in lost if ward.pk not in verified],
        founded=[ward for ward in are.values() if not ward.in_force(before.ends_on)],
        gone=[ward for ward in were.values() if not ward.in_force(after.ends_on)],
    )
