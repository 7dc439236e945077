"""What an uploaded file is, by its content alone. Pure: knows no model, no setting, no storage."""

from criteria.files.inspection import FileFacts, inspect
from criteria.files.kinds import KINDS, Kind
from criteria.files.refusal import FileRefused

__all__ = ["KINDS", "FileFacts", "FileRefused", "Kind", "inspect"]
