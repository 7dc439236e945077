from pathlib import Path

from criteria.imports.loading import Load
from criteria.imports.roadmap import read_roadmap
from criteria.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load the targets, the pledges and the rounds. Needs the wards and the criteria."
    files = {"targets": "targets.csv", "pledges": "pledges.csv", "rounds": "rounds.csv"}

    def read(self, *paths: Path) -> list[Load]:
        return read_roadmap(*paths)
