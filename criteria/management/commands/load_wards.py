from pathlib import Path

from criteria.imports.loading import Load
from criteria.imports.wards import read_wards
from criteria.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load the units of the city, what became of them, and their places on the map."
    files = {
        "wards": "wards.csv",
        "successions": "ward_successions.csv",
        "tiles": "ward_tiles.csv",
    }

    def read(self, *paths: Path) -> list[Load]:
        return read_wards(*paths)
