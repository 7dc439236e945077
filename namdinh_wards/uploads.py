"""No upload fills the disk: what comes after the largest file is not kept."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """First of the handlers: passes on one byte too many, which tells that there were more."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        left = settings.EVIDENCE_MAX_BYTES + 1 - start
        return raw_data[:left] if left > 0 else None

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""
