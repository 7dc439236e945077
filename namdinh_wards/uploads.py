"""Uploads on their way: no more is kept than is allowed, and a full disk is no error."""

import logging
from contextlib import suppress
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

logger = logging.getLogger(__name__)


class BoundedUploadHandler(FileUploadHandler):
    """First of the handlers: passes on one byte too many, which tells that there were more."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        left = settings.EVIDENCE_MAX_BYTES + 1 - start
        return raw_data[:left] if left > 0 else None

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""


class LostUpload(InMemoryUploadedFile):
    """In place of a file for which the server had no room: the form around it goes on."""

    def __init__(self, field: str | None, name: str | None) -> None:
        super().__init__(BytesIO(), field, name, None, 0, None)


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Last of the handlers: a file that the disk refuses is lost alone, and not the whole form."""

    _is_lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self._is_lost = False
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            FileUploadHandler.new_file(self, *args, **kwargs)
            self._lose()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._is_lost:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self._lose()

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self._is_lost:
            try:
                return super().file_complete(file_size)
            except OSError:
                self._lose()
        return LostUpload(self.field_name, self.file_name)

    def _lose(self) -> None:
        logger.exception("There is no room for an upload on its way")
        self._is_lost = True
        with suppress(AttributeError, OSError):  # what there is of it
            self.file.close()
