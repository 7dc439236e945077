"""Vietnamese: a decimal comma.

The thousands separator is for display alone: `criteria.forms.fields` refuses what could be read two
ways.
"""

from namdinh_wards.formats.common import *  # noqa: F403

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
