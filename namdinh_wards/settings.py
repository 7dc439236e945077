"""Settings, read from the environment (or from the file `.env` beside manage.py).

| variable      | production       | demo                                             |
|---------------|------------------|--------------------------------------------------|
| SECRET_KEY    | required         | made by `make install`, kept in `.env`           |
| ALLOWED_HOSTS | required         | this computer alone                              |
| DATABASE_URL  | required         | SQLite in `var/`                                 |
| EVIDENCE_ROOT | required         | `var/evidence`: the uploaded files               |
| EVIDENCE_MB   | 20               | 20: the largest file, in megabytes               |
| PHOTO_PLACES  | on               | on: photographs keep where they were taken       |
| CLAMD         | –                | the virus scanner: a socket's path or host:port  |
| EMAIL_URL     | console          | console: where the daily e-mail goes             |
| EMAIL_TIMEOUT | 20               | 20: seconds to wait for the mail server          |
| EMAIL_FROM    | –                | the sender of the daily e-mail                   |
| SITE_URL      | –                | the address in the daily e-mail                  |
| DEMO          | off              | on: demo accounts, “illustrative data” on screen |
| DEMO_PASSWORD | –                | made by `make install`                           |
| TLS           | on               | off: plain HTTP on this computer                 |
| DEBUG         | refused          | on: error pages for developers (`make develop`)  |

Nothing but DEMO makes a missing value acceptable: production says what to set and stops. What the
environment says goes before the file; but a demonstration's file and production's environment, or
the other way round, are never mixed.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from namdinh_wards.production import unsafe_settings

BASE_DIR = Path(__file__).resolve().parent.parent

REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EVIDENCE_ROOT")


class _File(environ.Env):  # type: ignore[misc]
    """What `.env` says by itself."""

    ENVIRON: ClassVar[dict[str, str]] = {}


_File.read_env(BASE_DIR / ".env")
_is_demo_file = _File().bool("DEMO", default=False)
_outside = [name for name in REQUIRED if os.environ.get(name)]
if _is_demo_file and _outside and "DEMO" not in os.environ:
    raise ImproperlyConfigured(
        f"{BASE_DIR / '.env'} is a demonstration's (DEMO=on), and the environment sets "
        f"{', '.join(_outside)}: invented data would go where they lead. For production remove "
        "that file, or set DEMO=off; for a demonstration unset them, or set DEMO=on beside them."
    )

env = environ.Env()
env.ENVIRON = {**_File.ENVIRON, **os.environ}

DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not DEMO:
    raise ImproperlyConfigured(
        "DEBUG shows the code and the data behind an error to whoever meets it: remove it from the "
        "environment. “make develop” sets it, together with DEMO=on, on a developer's computer."
    )

# What a demonstration's file says is nothing that production may take over, its key above all.
_missing = [
    name
    for name in REQUIRED
    if not env(name, default="") or (_is_demo_file and not DEMO and name not in _outside)
]
if _missing and not DEMO:
    raise ImproperlyConfigured(
        f"Set {', '.join(_missing)} in the environment or in {BASE_DIR / '.env'}. "
        "For a trial on this computer run “make run” instead, or set DEMO=on."
    )

SECRET_KEY = env.str("SECRET_KEY", default="") or get_random_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TLS = env.bool("TLS", default=not DEMO)
_unsafe = unsafe_settings(
    secret_key=SECRET_KEY, hosts=ALLOWED_HOSTS, origins=CSRF_TRUSTED_ORIGINS, tls=TLS
)
if _unsafe and not DEMO:
    raise ImproperlyConfigured("\n".join(_unsafe))

# --- applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "namdinh_wards",
    "criteria",
    "accounts",
    "namdinh_wards.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "namdinh_wards.middleware.compressed_pages",
    "namdinh_wards.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "namdinh_wards.middleware.vietnamese_first",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignInFirst",
    "accounts.middleware.OwnPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.same_person",
    "namdinh_wards.middleware.page_above",
]

ROOT_URLCONF = "namdinh_wards.urls"
WSGI_APPLICATION = "namdinh_wards.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.demo",
                "accounts.context_processors.unsent",
                "criteria.views.context.waiting",
            ],
            "builtins": ["criteria.templatetags.components", "accounts.templatetags.made_for"],
        },
    },
]

FORM_RENDERER = "namdinh_wards.renderer.UncutRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- data ---------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue instead of failing, and readers do not wait for them.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["namdinh_wards.formats"]
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- static files -------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static", ("screenshots", BASE_DIR / "docs" / "screenshots")]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
# The demonstration serves the files where they lie; production collects and compresses them.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEMO
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "namdinh_wards.static_files.OneSheetStorage"
    },
}

# Without JavaScript the grid posts the cells of every ward at once.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- evidence -----------------------------------------------------------------------------------

# Outside the web root: no address leads there but the one that asks for permission.
EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", default="") or BASE_DIR / "var" / "evidence")
if not EVIDENCE_ROOT.is_absolute() and not DEMO:
    raise ImproperlyConfigured(
        f"EVIDENCE_ROOT is “{EVIDENCE_ROOT}”, another folder wherever the server is started from: "
        "set its whole path, from “/” on."
    )
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MB", default=20) * 1024 * 1024
# Sent at once: as many as are inspected while a browser, and the server before us, still waits.
EVIDENCE_MAX_FILES = 10
PHOTO_PLACES = env.bool("PHOTO_PLACES", default=True)
# Asked about every upload, which is refused where it does not answer. Empty: there is none.
CLAMD = env.str("CLAMD", default="")
FILE_UPLOAD_HANDLERS = [
    "namdinh_wards.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "namdinh_wards.uploads.DiskUploadHandler",
]
STORAGES["evidence"] = {
    "BACKEND": "namdinh_wards.storage.EvidenceStorage",
    "OPTIONS": {
        "location": EVIDENCE_ROOT,
        "base_url": None,
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}

# --- e-mail -------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)  # seconds, for each answer of the server
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="namdinh-wards@localhost")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

# --- signing in ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "criteria:dashboard"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "full_name", "email"]},
    },
    {"NAME": "accounts.passwords.SubstanceValidator"},
    {
        "NAME": "accounts.passwords.LeftOutValidator",
        "OPTIONS": {
            "words": [
                *("nam dinh", "thanh nam", "viet nam", "cong an", "canh sat", "quan tri"),
                *("admin", "password", "qwerty"),
            ]
        },
    },
    {"NAME": "criteria.passwords.UnitNameValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 10 * 60 * 60  # a working day; the browser's end ends it too
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# So many failures within the time lock a name from one address, or an address for every name, for
# as long. An office shares an address, so it may fail more often than a name.
FAILURES_OF_NAME = 5
FAILURES_OF_ADDRESS = 20
LOCK_FOR = timedelta(minutes=15)

# --- security -----------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = TLS
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_SECURE = TLS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Images may be data: because Bootstrap's stylesheet draws its tick marks that way.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
