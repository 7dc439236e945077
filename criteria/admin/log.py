"""The log, to be read."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import ReadOnlyAdmin, redirect_to_log
from criteria.models import Activity


def _model_of(entry: Activity) -> type[Model] | None:
    """The kind of record that an entry speaks of; it may be of a kind that is no more."""
    try:
        return apps.get_model(entry.object_type)
    except (LookupError, ValueError):
        return None


def _label(model: type[Model] | None, name: str) -> str:
    """What the pages call a column; its own name where it is no column."""
    for field in model._meta.concrete_fields if model else []:
        if name in (field.name, field.attname):
            return str(capfirst(field.verbose_name))
    return name


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "verb", "kind", "object_name", "ward"]
    list_select_related = ["ward"]
    list_filter = ["verb", "at"]
    search_fields = [
        "actor_name__icontains",
        "actor__search_name__contains",
        "object_name__icontains",
        "ward__search_name__contains",
    ]
    search_help_text = _("Person, record or ward.")
    date_hierarchy = "at"
    fields = [
        "seq",
        "at",
        "who",
        "verb",
        "kind",
        "object_name",
        "ward",
        "changes",
        "reason",
        "hash",
    ]
    readonly_fields = ["who", "kind", "changes"]

    @admin.display(description=_("person"), ordering="actor_name")
    def who(self, entry: Activity) -> Any:
        return entry.actor_name or _("The program")

    @admin.display(description=_("kind of record"), ordering="object_type")
    def kind(self, entry: Activity) -> str:
        model = _model_of(entry)
        return str(capfirst(model._meta.verbose_name)) if model else entry.object_type

    @admin.display(description=_("changes"))
    def changes(self, entry: Activity) -> SafeString:
        names = list(dict.fromkeys([*entry.before, *entry.after]))
        if not names:
            return SafeString("–")
        rows = format_html_join(
            "",
            "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>",
            (self._row(entry, name) for name in names),
        )
        head = format_html("<tr><td></td><th>{}</th><th>{}</th></tr>", _("before"), _("after"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, rows)

    def _row(self, entry: Activity, name: str) -> tuple[str, Any, Any]:
        sides = [entry.before.get(name), entry.after.get(name)]
        before, after = ("–" if side is None or side == "" else side for side in sides)
        return _label(_model_of(entry), name), before, after

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """All that the log says of the record that this entry speaks of."""
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        return redirect_to_log(entry.object_type, entry.object_id)
