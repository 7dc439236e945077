"""What a server must not start with."""

import os
import stat
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from namdinh_wards.storage import is_prepared
from namdinh_wards.translations import stale


@register(Tags.translation)
def check_translations_are_compiled(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to show English, or last month's words, without a word."""
    return [
        Error(
            f"{path.with_suffix('.mo')} is missing or not what {path.name} says.",
            hint="Run “manage.py compilemessages”; it needs nothing but the project's packages.",
            id="namdinh_wards.E001",
        )
        for path in stale()
    ]


@register(Tags.security, deploy=True)
def check_readers_can_be_limited(**kwargs: Any) -> list[CheckMessage]:
    """Say where the system cannot limit the processes in which uploaded files are read."""
    if find_spec("resource"):
        return []
    return [
        Warning(
            "Uploaded files are read without limits of CPU and memory: only the clock stops them.",
            hint="This system lacks the module “resource”. Serve from Linux.",
            id="namdinh_wards.W001",
        )
    ]


@register("evidence", deploy=True)
def check_evidence_folder(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a folder of documents that the world can read, or that is not the documents' own."""
    root = Path(settings.EVIDENCE_ROOT).resolve()
    problem = hint = ""
    if served := next((folder for folder in _served() if _overlap(root, folder)), None):
        problem = f"lies together with {served}, which a web server hands out"
        hint = "Set EVIDENCE_ROOT to a folder of its own, outside of every web root."
    elif not is_prepared(root):
        problem = "is not there, or not prepared for documents"
        hint = "Mount its disk; of a new installation, run “manage.py prepare_evidence” once."
    elif not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        problem, hint = "cannot be written to", "Give it to the user of the service."
    elif root.stat().st_mode & stat.S_IRWXO:
        problem, hint = "is open to every user of the machine", f"Run “chmod o= {root}”."
    if settings.DEMO or not problem:
        return []
    return [Error(f"EVIDENCE_ROOT, {root}, {problem}.", hint=hint, id="namdinh_wards.E010")]


def _served() -> Iterator[Path]:
    # Some are named together with the address under which they are served.
    public = [each[1] if isinstance(each, tuple) else each for each in settings.STATICFILES_DIRS]
    named = [*public, settings.STATIC_ROOT, settings.MEDIA_ROOT]
    yield from (Path(folder).resolve() for folder in named if folder)
    yield from (settings.BASE_DIR / name for name in ("media", "public", "templates"))
    yield from map(Path, ("/var/www", "/srv/www", "/usr/share/nginx"))


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def refuse_to_serve() -> None:
    """Stop a server, of which nobody asks `manage.py check`, where it would show what is not so."""
    tags = [Tags.database, Tags.translation, "evidence"]
    for problem in run_checks(tags=tags, include_deployment_checks=True, databases=["default"]):
        if problem.is_serious():
            raise ImproperlyConfigured(f"{problem.msg} {problem.hint}")
