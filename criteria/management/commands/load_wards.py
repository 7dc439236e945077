from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from criteria.imports.loading import Load
from criteria.imports.wards import read_wards
from criteria.management.loading import LoadCommand
from criteria.models import Ward
from criteria.sheets.registry import heirs_left


class Command(LoadCommand):
    """Whatever would move a stored unit in or out of a round is told, and left to a person."""

    help = "Load the units of the city, what became of them, and their places on the map."
    files = {
        "wards": "wards.csv",
        "successions": "ward_successions.csv",
        "tiles": "ward_tiles.csv",
    }

    def read(self, *paths: Path) -> list[Load]:
        return read_wards(*paths)

    def remarks(self, loads: Sequence[Load]) -> Iterator[str]:
        columns = {
            column.strip(" ,")
            for load in loads
            if load.kind.model is Ward
            for line in load.differing
            for column in line.split()
        }
        if columns & {"valid_to", "kind"}:
            yield _(
                "Units that are stored stay as they are. Change their days and their kind in the "
                "administration, which shows what hangs on them."
            )
        for heir in heirs_left():
            yield _(
                "%(officer)s works for %(predecessor)s, which is no more, and not for "
                "%(successor)s: add it to the account where it should be so."
            ) % {
                "officer": heir.user.username,
                "predecessor": heir.predecessor,
                "successor": heir.successor,
            }
