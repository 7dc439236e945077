"""What times are taken by."""

from time import perf_counter, process_time

from django.db import connection


def milliseconds() -> float:
    """SQLite works in this process, whose own time others do not spend; a server in another."""
    clock = perf_counter if connection.vendor == "postgresql" else process_time
    return clock() * 1000
