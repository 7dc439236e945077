"""What the commands that load reference data share."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from criteria.imports.loading import Load, LoadRefused, store

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class LoadCommand(BaseCommand):
    """Creates the records of its files that are missing; what is stored stays as it is kept."""

    files: ClassVar[dict[str, str]]  # option → the file among the seeds

    def read(self, *paths: Path) -> list[Load]:
        """Read the files, in the order of `files`."""
        raise NotImplementedError

    def remarks(self, loads: Sequence[Load]) -> Iterator[str]:
        """Say what is left to a person after the load."""
        yield from ()

    def add_arguments(self, parser: CommandParser) -> None:
        for option, seed in self.files.items():
            parser.add_argument(
                f"--{option}",
                type=Path,
                default=SEEDS / seed,
                metavar="FILE",
                help=f"a CSV file in UTF-8 (default: criteria/seeds/{seed})",
            )

    def handle(self, *args: str, **options: Any) -> None:
        try:
            loads = self.read(*(Path(options[option]) for option in self.files))
            store(loads)
        except OSError as error:
            raise CommandError(
                _("Cannot read %(file)s: %(reason)s")
                % {"file": error.filename, "reason": error.strerror}
            ) from error
        except LoadRefused as refused:
            raise CommandError(str(refused)) from refused
        for load in loads:
            self.stdout.write(str(load))
            for line in load.differing:
                self.stdout.write(f"  {line}")
        for line in self.remarks(loads):
            self.stdout.write(line)
