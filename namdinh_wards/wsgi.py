"""The WSGI entry point of a production server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "namdinh_wards.settings")

application = get_wsgi_application()

from accounts.checks import refuse_demo_data  # noqa: E402 - the models are there only now

refuse_demo_data()
