from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from criteria.imports.boundaries import BoundariesRefused, load_boundaries
from criteria.management.days import read_date
from criteria.overviews.map import without_outline


class Command(BaseCommand):
    help = "Load true outlines of the units, for the map: all of a file or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            metavar="FILE",
            help="a GeoJSON FeatureCollection (WGS 84) whose features have the units' codes",
        )
        parser.add_argument(
            "--on",
            metavar="DATE",
            help="the day from which the outlines hold, 2024-09-01 or 01/09/2024; "
            "default: what the file says in its member “valid_from”",
        )

    def handle(self, *, file: Path, on: str | None, **options: Any) -> None:
        start = None if on is None else read_date(on)
        try:
            loaded = load_boundaries(file, start)
        except OSError as error:
            raise CommandError(
                _("Cannot read %(file)s: %(reason)s")
                % {"file": error.filename, "reason": error.strerror}
            ) from error
        except BoundariesRefused as refused:
            raise CommandError(str(refused)) from refused
        words = {"day": date_format(loaded.on, "SHORT_DATE_FORMAT"), "loaded": loaded}
        self.stdout.write(_("Outlines from %(day)s: %(loaded)s") % words)
        missing = list(without_outline(loaded.on))
        if missing:
            words["wards"] = ", ".join(ward.name for ward in missing)
            message = _("Without one on %(day)s, so that the map shows tiles: %(wards)s")
            self.stdout.write(message % words)
