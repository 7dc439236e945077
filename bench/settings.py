"""The project's settings as in production, and one page more.

`__main__` sets the environment first: DEMO off, TLS on, a database and a folder of their own.
"""

from namdinh_wards.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"

# The same hashed names as in production, without the minutes' worth of compression behind them.
STORAGES["staticfiles"]["BACKEND"] = (  # noqa: F405
    "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
)
