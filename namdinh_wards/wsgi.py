"""The WSGI entry point of a production server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "namdinh_wards.settings")

application = get_wsgi_application()

from namdinh_wards.checks import refuse_to_serve  # noqa: E402 - the settings are there only now

refuse_to_serve()
