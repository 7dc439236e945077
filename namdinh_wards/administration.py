"""The administration as a site: what it is called, and the order of what it has."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from namdinh_wards.text import sort_key


class Administration(AdminSite):
    site_header = _("Model ward police units: administration")
    site_title = _("Administration")
    index_title = _("Administration")
    enable_nav_sidebar = False  # the index has it all, and lists need the width

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.disable_action("delete_selected")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As Django's, which sorts by code point: Đ comes after D, not behind Y."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: sort_key(str(model["name"])))
        return sorted(apps, key=lambda app: sort_key(str(app["name"])))
