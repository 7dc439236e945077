"""What a server must not start with."""

from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

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


def refuse_to_serve() -> None:
    """Stop a server, of which nobody asks `manage.py check`, where it would show what is not so."""
    for problem in run_checks(tags=[Tags.database, Tags.translation], databases=["default"]):
        if problem.is_serious():
            raise ImproperlyConfigured(f"{problem.msg} {problem.hint}")
