"""Demonstration and production have ways in of their own: the commands, run as people run them."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KEY = "Rk3-9vQzL0pTnXc7bYdW" * 3
SUPERUSER = ["createsuperuser", "--noinput", "--full_name", "Chính", "--username"]
PASSWORD = {"DJANGO_SUPERUSER_PASSWORD": "cá chép hóa rồng 2026"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is fetched, without anybody's `.env`, with this environment's packages."""
    place = tmp_path_factory.mktemp("checkout")
    here = place / "wards"
    left_out = shutil.ignore_patterns(".venv", ".git", ".env", "var", "staticfiles", ".*_cache")
    shutil.copytree(ROOT, here, ignore=left_out, symlinks=True)
    packages = place / "packages"
    (packages / "bin").mkdir(parents=True)
    # Not a link to the interpreter, which would look for its packages beside itself.
    python = packages / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for name in ("runtime", "development"):
        (packages / name).touch()
    return here


def run(checkout: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    if words[0] == "make":
        words = (*words, f"VENV={checkout.parent / 'packages'}")
    return subprocess.run(
        words,
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def manage(checkout: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(checkout, sys.executable, "manage.py", *words, **environment)


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What production sets, of a database that its own target has installed."""
    place = tmp_path_factory.mktemp("production")
    environment = {
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "phuong.namdinh.gov.vn",
        "DATABASE_URL": f"sqlite:///{place / 'empty.sqlite3'}",
        "EVIDENCE_ROOT": str(place / "evidence"),
        "STATIC_ROOT": str(place / "static"),
    }
    done = run(checkout, "make", "install-production", **environment)
    assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture(scope="module")
def with_people(checkout: Path, installed: dict[str, str]) -> dict[str, str]:
    """The same once somebody real has an account."""
    of_people = {**installed, "DATABASE_URL": installed["DATABASE_URL"].replace("empty", "real")}
    shutil.copy(
        *(each["DATABASE_URL"].removeprefix("sqlite:///") for each in (installed, of_people))
    )
    made = manage(checkout, *SUPERUSER, "chinh", DEMO="off", **of_people, **PASSWORD)
    assert made.returncode == 0, made.stderr
    return of_people


@pytest.fixture(autouse=True)
def no_file(checkout: Path) -> Iterator[None]:
    yield
    (checkout / ".env").unlink(missing_ok=True)


def accounts(production: dict[str, str]) -> list[str]:
    with sqlite3.connect(production["DATABASE_URL"].removeprefix("sqlite:///")) as connection:
        return [name for (name,) in connection.execute("SELECT username FROM accounts_user")]


def test_production_has_a_target_of_its_own_that_invents_nothing(checkout, installed):
    assert accounts(installed) == []
    assert not (checkout / ".env").exists()


def test_without_its_settings_it_names_them(checkout):
    refused = run(checkout, "make", "install-production")
    assert refused.returncode != 0
    assert "Set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, EVIDENCE_ROOT" in refused.stderr


def test_the_demonstration_is_refused_beside_productions_settings(checkout, with_people):
    """Nothing is written: no `.env`, no account."""
    refused = run(checkout, "make", "install", **with_people)
    assert refused.returncode != 0
    assert "make install-production" in refused.stderr
    assert not (checkout / ".env").exists()
    assert accounts(with_people) == ["chinh"]


def test_a_file_of_a_demonstration_is_not_mixed_with_productions_environment(checkout, with_people):
    (checkout / ".env").write_text(f"DEMO=on\nSECRET_KEY={KEY}\nDEMO_PASSWORD=minhhoa-1234\n")
    for words in (["seed_demo"], ["migrate"], ["check"]):
        refused = manage(checkout, *words, **with_people)
        assert refused.returncode != 0
        assert "DEMO=on" in refused.stderr
    without_key = {name: value for name, value in with_people.items() if name != "SECRET_KEY"}
    refused = manage(checkout, "check", DEMO="off", **without_key)
    assert "Set SECRET_KEY" in refused.stderr
    assert accounts(with_people) == ["chinh"]


@pytest.mark.parametrize("words", [["seed_demo"], ["migrate"], ["make", "install"]])
def test_whoever_insists_finds_the_accounts_of_real_people_in_the_way(checkout, with_people, words):
    insists = {**with_people, "DEMO": "on", "DEMO_PASSWORD": "minhhoa-1234"}
    refused = (
        run(checkout, *words, **insists) if "make" in words else manage(checkout, *words, **insists)
    )
    assert refused.returncode != 0
    assert re.search("real people", refused.stderr)
    assert accounts(with_people) == ["chinh"]


@pytest.mark.parametrize("people", ["installed", "with_people"])
def test_a_start_in_demo_refuses_what_is_no_demonstration(checkout, request, people):
    insists = {**request.getfixturevalue(people), "DEMO": "on"}
    start = [sys.executable, "-c", "import namdinh_wards.wsgi"]
    refused = run(checkout, *start, **insists)
    assert refused.returncode != 0
    assert "This database is no demonstration" in refused.stderr


def test_the_demonstration_is_made_on_a_fresh_machine_and_made_again(checkout):
    """The README's command, then a trial's own account, then the command again."""
    made = run(checkout, "make", "install")
    assert made.returncode == 0, made.stderr
    assert "quantri" in made.stdout
    assert manage(checkout, *SUPERUSER, "thu", **PASSWORD).returncode == 0
    again = run(checkout, "make", "install")
    assert again.returncode == 0, again.stderr
    assert "quantri" in again.stdout
    start = run(checkout, sys.executable, "-c", "import namdinh_wards.wsgi")
    assert start.returncode == 0, start.stderr
    settings = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "a.example.vn", "DEMO": "off"}
    database = {"DATABASE_URL": f"sqlite:///{checkout}/var/db.sqlite3", "EVIDENCE_ROOT": "/nowhere"}
    refused = manage(checkout, "check", "--database", "default", **settings, **database)
    assert "holds the demonstration" in refused.stderr
