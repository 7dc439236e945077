"""Whether an uploaded file may be stored, in words. Knows no model, no setting, no storage.

What the bytes are is read by `criteria.contents`, in a process with limits of its own.
"""

from criteria.contents.kinds import KINDS, Kind
from criteria.files.inspection import FileFacts, inspect
from criteria.files.places import without_places
from criteria.files.refusal import FileRefused

__all__ = ["KINDS", "FileFacts", "FileRefused", "Kind", "inspect", "without_places"]
