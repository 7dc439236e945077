"""The log, to be read."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import ReadOnlyAdmin, redirect_to_log
from criteria.log.telling import kind_in_words, tell
from criteria.models import Activity


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ["at", "who", "verb", "kind", "object_name", "ward"]
    list_select_related = ["ward", "actor"]
    list_filter = ["verb", "at"]
    search_fields = [
        "actor_name__folded__contains",
        "actor__search_name__contains",
        "object_name__folded__contains",
        "reason__folded__contains",
        "ward__search_name__contains",
    ]
    search_help_text = _("Person, record, ward or reason.")
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

    @admin.display(description=_("person"))
    def who(self, entry: Activity) -> Any:
        return entry.who or _("The program")

    @admin.display(description=_("kind of record"), ordering="object_type")
    def kind(self, entry: Activity) -> str:
        return kind_in_words(entry)

    @admin.display(description=_("changes"))
    def changes(self, entry: Activity) -> SafeString:
        """All of them, the program's own book-keeping included."""
        (words,) = tell([entry])
        if not words.changes:
            return SafeString("–")
        rows = format_html_join(
            "",
            "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>",
            ((change.label, change.before or "–", change.after or "–") for change in words.changes),
        )
        head = format_html("<tr><td></td><th>{}</th><th>{}</th></tr>", _("before"), _("after"))
        return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, rows)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """All that the log says of the record that this entry speaks of."""
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        return redirect_to_log(entry.object_type, entry.object_id)
