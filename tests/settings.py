"""The project's settings, with what tests need: no `.env`, a fast hasher, quiet axes."""

import os

os.environ.update(
    DEBUG="off",
    DEMO="on",
    SECRET_KEY="for-the-tests-only",
    DEMO_PASSWORD="for-the-tests-only",
    TLS="off",
)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from namdinh_wards.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Pages that are refused or not there are what many tests ask for.
LOGGING = LOGGING | {"loggers": {"django.request": {"level": "ERROR"}}}  # noqa: F405

# Where there is a judge of the pages; see tests/valid_html.py.
if "VALID_HTML_FOLDER" in os.environ:
    MIDDLEWARE = ["tests.valid_html.kept", *MIDDLEWARE]  # noqa: F405
