from pathlib import Path

from criteria.imports.catalogue import read_catalogue
from criteria.imports.loading import Load
from criteria.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load criteria sets with their criteria. A set that is stored is never touched."
    files = {"sets": "criteria_sets.csv", "criteria": "criteria.csv"}

    def read(self, *paths: Path) -> list[Load]:
        return read_catalogue(*paths)
