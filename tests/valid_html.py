"""Whatever any test is answered is valid HTML, says the Nu HTML Checker: page, fragment and state.

Where VNU_JAR names the checker (npm has it as `vnu-jar`) and there is Java. A middleware keeps what
clients and browsers are answered, each kind once; when the tests have run, one Java reads it all.
A plugin of pytest, so it works for one test as for all of them.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

JAR, FOLDER = "VNU_JAR", "VALID_HTML_FOLDER"

# What differs from row to row and run to run, and never in its markup.
WORDS = re.compile(rb"\d+|[A-Za-z0-9]{32,}|[^\x00-\x7f]+")
# A fragment is read where it will stand.
PAGE = '<!DOCTYPE html><html lang="vi"><head><title>–</title></head><body>{}</body></html>'
ROWS = "<table><tbody>{}</tbody></table>"
# Nobody types control characters, nor two lines into a field of one: a request that was made by
# hand is answered with what it said.
ALLOWED = re.compile(
    r"(Saw|Forbidden code point) U\+[0-9a-fA-F]{4,6}|.*Line feed not allowed\.", re.DOTALL
)


def kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Keep every page that is answered, for the judge."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
            is_packed = "Content-Encoding" in response.headers
            page = gzip.decompress(response.content) if is_packed else response.content
            kind = hashlib.sha256(WORDS.sub(b"", page)).hexdigest()[:16]
            file = Path(os.environ[FOLDER]) / f"{kind}.html"
            if page and not file.exists():
                # Which test was answered stands first, where a finding names it.
                test = os.environ.get("PYTEST_CURRENT_TEST", "")
                asked = f"{request.method} {request.path}, {test}".replace("--", "")
                file.write_text(f"<!-- {asked} -->{_whole(page.decode())}")
        return response

    return answer


def _whole(text: str) -> str:
    start = text.lstrip()[:20].lower()
    if start.startswith("<!doctype"):
        return text
    return PAGE.format(ROWS.format(text) if start.startswith("<tr") else text)


def findings(jar: str, folder: Path) -> list[str]:
    """What the checker says against the pages in a folder, each with whoever asked for the page."""
    command = ["java", "-jar", jar, "--errors-only", "--exit-zero-always", "--skip-non-html"]
    command += ["--format", "json", "--stdout", str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        f"{(folder / Path(each['url']).name).read_text().splitlines()[0][:200]}\n"
        f"    {each['message']}\n    {each.get('extract', '').strip()}"
        for each in json.loads(said.stdout)["messages"]
        if not ALLOWED.match(each["message"])
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Make the folder before the settings are read, here and by the workers, who inherit it."""
    if os.environ.get(JAR) and shutil.which("java"):
        os.environ.setdefault(FOLDER, tempfile.mkdtemp(prefix="valid-html-"))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    is_worker = hasattr(session.config, "workerinput")
    if FOLDER in os.environ and not is_worker:
        folder = Path(os.environ[FOLDER])
        session.config.stash[FOUND] = findings(os.environ[JAR], folder)
        shutil.rmtree(folder)
        if session.config.stash[FOUND]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


FOUND = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if FOUND in config.stash:
        found = config.stash[FOUND]
        terminalreporter.section(f"HTML: {len(found)} findings")
        for each in found:
            terminalreporter.line(each)
    elif not hasattr(config, "workerinput"):
        terminalreporter.line(f"SKIPPED: whether HTML is valid. It takes Java, and {JAR}.")
