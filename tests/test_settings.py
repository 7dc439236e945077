"""Production says what is missing and stops; the demonstration needs nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPLETE = {
    "DEMO": "off",
    "SECRET_KEY": "Rk3-9vQzL0pTnXc7bYdW" * 3,
    "ALLOWED_HOSTS": "namdinh.example",
    "DATABASE_URL": "sqlite://:memory:",
    "EVIDENCE_ROOT": "/srv/evidence",
}


def read(expression, **environment):
    """Evaluate an expression on the settings in a process of its own."""
    known = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"from namdinh_wards import settings; print({expression})"],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EVIDENCE_ROOT"]
)
def test_production_names_what_is_missing(missing):
    environment = COMPLETE | {missing: ""}
    refused = read("1", **environment)
    assert refused.returncode != 0
    assert f"Set {missing} in the environment" in refused.stderr


def test_a_folder_of_documents_is_named_in_full():
    refused = read("1", **COMPLETE | {"EVIDENCE_ROOT": "var/evidence"})
    assert refused.returncode != 0
    assert "EVIDENCE_ROOT is “var/evidence”" in refused.stderr


def test_production_is_closed():
    names = [
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS > 0",
        "not DEBUG",
        "not DEMO",
    ]
    expression = ", ".join(
        name if name.startswith("not") else f"settings.{name}" for name in names
    ).replace("not ", "not settings.")
    assert read(expression, **COMPLETE).stdout.split() == ["True"] * len(names)


def test_the_demonstration_is_for_this_computer_alone():
    shown = read("settings.ALLOWED_HOSTS, len(settings.SECRET_KEY) > 40", DEMO="on", SECRET_KEY="")
    assert shown.stdout.strip() == "['127.0.0.1', 'localhost'] True", shown.stderr


def test_debug_is_refused_outside_the_demonstration():
    refused = read("1", **COMPLETE, DEBUG="on")
    assert refused.returncode != 0
    assert "DEBUG shows the code and the data" in refused.stderr


@pytest.mark.parametrize("debug", ["on", "off"])
def test_debug_is_for_whoever_asks_in_the_demonstration(debug):
    assert read("settings.DEBUG", DEMO="on", DEBUG=debug).stdout.strip() == str(debug == "on")


# --- what production is too open for --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS has “*”"),
        ("ALLOWED_HOSTS", "phuong.example.vn,*", "ALLOWED_HOSTS has “*”"),
        ("ALLOWED_HOSTS", ".", "ALLOWED_HOSTS has “.”"),
        ("ALLOWED_HOSTS", ".vn", "ALLOWED_HOSTS has “.vn”"),
        ("ALLOWED_HOSTS", ".gov.vn", "ALLOWED_HOSTS has “.gov.vn”"),
        ("ALLOWED_HOSTS", "*.example.vn", "ALLOWED_HOSTS has “*.example.vn”"),
        ("ALLOWED_HOSTS", "https://phuong.example.vn", "which is no name of a server"),
        ("ALLOWED_HOSTS", "phuong.example.vn:8000", "which is no name of a server"),
        ("CSRF_TRUSTED_ORIGINS", "https://*", "CSRF_TRUSTED_ORIGINS has “https://*”"),
        ("CSRF_TRUSTED_ORIGINS", "https://*.gov.vn", "CSRF_TRUSTED_ORIGINS has"),
        ("CSRF_TRUSTED_ORIGINS", "http://phuong.example.vn", "CSRF_TRUSTED_ORIGINS has"),
        ("CSRF_TRUSTED_ORIGINS", "phuong.example.vn", "CSRF_TRUSTED_ORIGINS has"),
        ("SECRET_KEY", "x" * 60, "SECRET_KEY can be guessed"),
        ("SECRET_KEY", "short-but-mixed", "SECRET_KEY can be guessed"),
        ("SECRET_KEY", "django-insecure-" + COMPLETE["SECRET_KEY"], "SECRET_KEY can be guessed"),
        ("TLS", "off", "TLS is off"),
    ],
)
def test_production_refuses_what_is_too_open_and_says_what_to_set(name, value, words):
    refused = read("1", **COMPLETE | {name: value})
    assert refused.returncode != 0
    assert words in refused.stderr
    assert re.search("set |remove ", refused.stderr.split(words)[1])


@pytest.mark.parametrize(
    "own",
    [
        {"ALLOWED_HOSTS": "phuong.namdinh.gov.vn,10.0.0.5,[::1]"},
        {"ALLOWED_HOSTS": ".namdinh.gov.vn"},
        {"ALLOWED_HOSTS": ".example.vn"},
        {"CSRF_TRUSTED_ORIGINS": "https://phuong.namdinh.gov.vn:8443,https://*.namdinh.gov.vn"},
        {"TLS": "off", "ALLOWED_HOSTS": "localhost,127.0.0.1"},
    ],
)
def test_production_takes_what_is_its_own(own):
    assert read("1", **COMPLETE | own).stdout.strip() == "1"
