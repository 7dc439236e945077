"""Whether a person wants the daily e-mail, and where."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class DigestForm(forms.Form):
    wanted = forms.BooleanField(
        required=False, label=gettext_lazy("Send me one e-mail a day when something is new or due")
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy(
            "The e-mail has counts, names of wards and links; never a result or a document."
        ),
    )

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if cleaned.get("wanted") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Say where to send it."))
        return cleaned
