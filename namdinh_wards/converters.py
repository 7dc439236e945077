"""What an address may hold."""

from django.urls.converters import IntConverter


class KeyConverter(IntConverter):
    """The key of a record: as many digits as every database takes. A longer one is no address."""

    regex = "[0-9]{1,18}"
