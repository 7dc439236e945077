from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.utils.autoreload import BaseReloader, autoreload_started

from namdinh_wards.folding import register
from namdinh_wards.translations import compile_catalogue, stale


class SiteConfig(AppConfig):
    """What belongs to the installation and to no part of the domain."""

    name = "namdinh_wards"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Production compiles when it is installed. A demonstration, a developer and the tests
        # have just changed branch or written a word, and are not asked to think of it. It is done
        # here, before any model is loaded, because constraints already read their messages.
        if settings.DEMO:
            for path in stale():
                compile_catalogue(path)

    def ready(self) -> None:
        from namdinh_wards import checks  # noqa: F401

        register()
        autoreload_started.connect(_watch_catalogues)


class AdministrationConfig(admin.AdminConfig):
    default = False  # the application of this module is SiteConfig
    default_site = "namdinh_wards.administration.Administration"


def _watch_catalogues(sender: BaseReloader, **kwargs: Any) -> None:
    """Begin anew, and so compile, where somebody writes a translation."""
    for folder in settings.LOCALE_PATHS:
        sender.watch_dir(folder, "*/LC_MESSAGES/*.po")
