"""Several documents sent at once: each is stored or refused on its own, and told by its name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.actions.evidence import DocumentFacts
from criteria.actions.results import Stale
from criteria.models import Evidence

Documents = Sequence[tuple[DocumentFacts, UploadedFile | None]]
# Stores one; told which came with it. Returns the document, and whether it is new.
Store = Callable[[DocumentFacts, UploadedFile | None, list[Evidence]], tuple[Evidence, bool]]


@dataclass
class Stored:
    """What became of the documents. is_new: not one that the ward had already."""

    documents: list[tuple[Evidence, bool]] = field(default_factory=list)
    refused: list[tuple[str, ValidationError]] = field(default_factory=list)

    def told(self, done: str, known: str) -> list[str]:
        """Say of each document that it was stored; done, known: with %(document)s."""
        return [
            (done if is_new else known) % {"document": document}
            for document, is_new in self.documents
        ]

    @property
    def problems(self) -> list[str]:
        """Say of each file that was refused why."""
        return [f"{name}: {' '.join(refusal.messages)}" for name, refusal in self.refused]

    def tell(self, request: HttpRequest, told: Sequence[str]) -> None:
        """Say both on the next page."""
        messages.success(request, " ".join(told))
        if self.refused:
            n = len(self.refused)
            head = ngettext("Not stored: %(n)d file.", "Not stored: %(n)d files.", n) % {"n": n}
            messages.error(request, " ".join([head, *self.problems]))


def store_each(documents: Documents, store: Store) -> Stored:
    """Store one after the other; what is stored stays, whatever becomes of the next.

    Raises Stale where the first one is; a later one is refused with the reason.
    """
    stored = Stored()
    for facts, upload in documents:
        name = upload.name if upload and upload.name else facts.title
        try:
            came_with_it = [document for document, _is_new in stored.documents]
            stored.documents.append(store(facts, upload, came_with_it))
        except ValidationError as refusal:
            stored.refused.append((name, refusal))
        except Stale:
            if not stored.documents:
                raise
            overtaken = ValidationError(_("Somebody else has changed this criterion meanwhile."))
            stored.refused.append((name, overtaken))
    return stored
