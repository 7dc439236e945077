"""Time the pages in process, over a database built for it and gone at the end.

`python -m bench [--runs N] [--postgres] [--nation]`. It measures, it does not judge: it always
ends well.
Times are of the whole request through middleware, view and template, on one thread; the
connection stays open between requests. A machine is as fast as it is, so the budgets are ratios:
every page is timed in turn with `bench.yardstick`, an empty page. Milliseconds are for information.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from time import perf_counter

import django

NOT_A_STATEMENT = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
N_WARM_UP = 3
MIGRATION_SECONDS = 10
TODAY_AT_MOST = 1.3  # of a past day's dashboard, at the nation's size


def main() -> int:
    options = _options()
    url = os.environ.get("DATABASE_URL", "")
    options.postgres |= options.nation
    if options.postgres and not url.startswith("postgres"):
        # Comes back here with the address of a server started for it.
        command = [sys.executable, "-m", "tests.postgres", "bench", *sys.argv[1:]]
        return subprocess.call(command)  # noqa: S603
    with tempfile.TemporaryDirectory(prefix="namdinh-wards-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="bench.settings",
            DATABASE_URL=url if options.postgres else f"sqlite:///{folder}/bench.sqlite3",
            STATIC_ROOT=str(Path(folder, "static")),
            EVIDENCE_ROOT=str(Path(folder, "evidence")),
            SECRET_KEY=secrets.token_urlsafe(64),
            ALLOWED_HOSTS="testserver",
            DEMO="off",
            TLS="on",
        )
        django.setup()
        with _own_database():
            _run(max(options.runs, 1), is_nation=options.nation)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Time the pages.")
    parser.add_argument("--runs", type=int, default=60, help="of each page (default: 60)")
    parser.add_argument(
        "--postgres",
        action="store_true",
        help="on the server that DATABASE_URL names, or else on an embedded one",
    )
    parser.add_argument("--nation", action="store_true", help="with 3,321 wards, on PostgreSQL")
    return parser.parse_args()


@contextmanager
def _own_database() -> Iterator[None]:
    """On a server, work in a database made for this run and dropped after it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        connection.close()
        return
    name, own = connection.settings_dict["NAME"], f"bench_{secrets.token_hex(6)}"

    def on_server(statement: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    on_server(f"CREATE DATABASE {own}")
    try:
        connection.settings_dict["NAME"] = own
        yield
    finally:
        on_server(f"DROP DATABASE {own}")


def _run(n_runs: int, *, is_nation: bool) -> None:
    from django.core.management import call_command
    from django.db import connection

    from bench.data import N_ROUNDS, N_WARDS, build_city
    from bench.nation import N_NATION, multiply
    from bench.pages import pages, pages_of_nation
    from criteria.models import RequirementValue, Result

    call_command("compilemessages", verbosity=0)
    started = perf_counter()
    call_command("migrate", verbosity=0)
    seconds = perf_counter() - started
    kept = _kept(seconds <= MIGRATION_SECONDS)
    print(f"{connection.vendor}, Django {django.__version__}")
    print(f"first migration: {seconds:.1f} s – budget {MIGRATION_SECONDS} s: {kept}", flush=True)

    call_command("collectstatic", interactive=False, verbosity=0)
    started = perf_counter()
    city = build_city()
    if is_nation:
        multiply(N_NATION)
    n_wards = N_NATION if is_nation else N_WARDS
    print(
        f"data: {n_wards} wards, {N_ROUNDS} rounds, {Result.objects.count()} results, "
        f"{RequirementValue.objects.count()} values, built in {perf_counter() - started:.0f} s\n",
        flush=True,
    )
    medians = _measure((pages_of_nation if is_nation else pages)(city), n_runs)
    _sql(n_runs)
    if is_nation:
        _nation(medians)
    else:
        _together(city, n_runs)


def _sql(n_runs: int) -> None:
    """Print what the numbers of the first page cost in SQL, beside the leanest statements."""
    from django.utils import timezone

    from bench.lean import AT_MOST, sql_costs

    ours, lean = (_quantile(times, 0.5) for times in sql_costs(timezone.localdate(), n_runs))
    ratio = ours / lean
    print(
        f"\nSQL of the dashboard's numbers, median: {ours:.1f} ms, leanest statements "
        f"{lean:.1f} ms: ratio {ratio:.2f} – budget {AT_MOST:g}: {_kept(ratio <= AT_MOST)}"
    )


def _together(city, n_runs: int) -> None:
    """Print what a save costs while others save, and what it costs to approve a whole round."""
    from django.db import connection

    from bench.together import (
        BULK_SECONDS,
        BUSY_AT_MOST,
        N_OTHERS,
        PAUSE_SECONDS,
        bulk_approvals,
        saves_beside_others,
    )

    if connection.vendor == "postgresql":
        alone, together, n_others = saves_beside_others(city, n_runs)
        alone_ms, together_ms = _quantile(alone, 0.95), _quantile(together, 0.95)
        ratio = together_ms / alone_ms
        print(
            f"\nsave of a row, p95: alone {alone_ms:.1f} ms, while {N_OTHERS} others save every "
            f"{PAUSE_SECONDS:g} s ({n_others} saves) {together_ms:.1f} ms: ratio {ratio:.1f} – "
            f"budget {BUSY_AT_MOST:g}: {_kept(ratio <= BUSY_AT_MOST)}"
        )
    else:
        print("\nsaves beside others: on PostgreSQL only (--postgres)")
    spent, n_sheets = bulk_approvals(city, 3)
    print(
        f"approval of {n_sheets} sheets at once: {max(spent):.2f} s at most of {len(spent)} – "
        f"budget {BULK_SECONDS:g} s: {_kept(max(spent) <= BULK_SECONDS)}"
    )


def _measure(pages: list, n_runs: int) -> dict[str, float]:
    """Time the pages by turns, so that what else the machine does burdens them alike.

    Return their medians in milliseconds.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.clock import milliseconds

    times: dict[str, list[float]] = {page.name: [] for page in pages}
    queries, sizes = {}, {}
    for page in pages:
        for _ in range(N_WARM_UP):
            page.ask()
        with CaptureQueriesContext(connection) as captured:
            sizes[page.name] = len(page.ask().content)
        said = [query["sql"].split(maxsplit=1)[0].upper() for query in captured]
        queries[page.name] = (sum(word not in NOT_A_STATEMENT for word in said), len(said))
    for _ in range(n_runs):
        for page in pages:
            started = milliseconds()
            page.ask()
            times[page.name].append(milliseconds() - started)

    medians = {name: _quantile(spent, 0.5) for name, spent in times.items()}
    yardstick = medians[pages[0].name]
    heads = ("ratio", "queries", "KB", "min", "median", "p95 ms")
    print(f"{'page':<22}" + "".join(f"{head:>9}" for head in heads) + "  budget")
    for page in pages:
        spent, (n_queries, n_said) = times[page.name], queries[page.name]
        ratio, kb = medians[page.name] / yardstick, sizes[page.name] / 1024
        cells = [
            f"{ratio:.1f}",
            f"{n_queries} ({n_said})",
            f"{kb:.0f}",
            *(f"{ms:.1f}" for ms in (min(spent), medians[page.name], _quantile(spent, 0.95))),
        ]
        row = "".join(f"{cell:>9}" for cell in cells)
        print(f"{page.name:<22}{row}  {_verdict(page, ratio, n_queries, kb)}")
    print(
        f"\nratio: of the medians, to “{pages[0].name}”; queries: statements, and in brackets with "
        f"BEGIN, SAVEPOINT and the like;\n{n_runs} runs by turns"
    )
    return medians


def _nation(medians: dict[str, float]) -> None:
    """Print what the open round adds to the first page."""
    ratio = medians["dashboard"] / medians["dashboard, past"]
    print(
        f"\ndashboard, of today to a past day's: ratio {ratio:.2f} – "
        f"budget {TODAY_AT_MOST:g}: {_kept(ratio <= TODAY_AT_MOST)}"
    )


def _quantile(times: list[float], share: float) -> float:
    """Return the least time that `share` of the runs did not exceed."""
    return sorted(times)[ceil(share * len(times)) - 1]


def _verdict(page, ratio: float, n_queries: int, kb: float) -> str:
    spent = [
        (round(ratio, 1), page.ratio, "×"),
        (n_queries, page.queries, "queries"),
        (kb, page.kb, "KB"),
    ]
    budgets = [(value, most, unit) for value, most, unit in spent if most is not None]
    if not budgets:
        return "–"
    said = ", ".join(f"{most:g} {unit}" for _value, most, unit in budgets)
    return f"{said}: {_kept(all(value <= most for value, most, _unit in budgets))}"


def _kept(is_kept: bool) -> str:
    return "kept" if is_kept else "OVER BUDGET"


if __name__ == "__main__":
    sys.exit(main())
