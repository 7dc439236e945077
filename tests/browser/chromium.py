"""Finds the Chromium that the browser tests drive: `python -m tests.browser.chromium` prints it."""

import os
import shutil
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium"]
FLAGS = ["--no-sandbox", "--disable-background-networking"]


def find() -> str | None:
    """Return the path of a Chromium: the one that CHROMIUM names, else the first that is there."""
    wanted = [name for name in (os.environ.get("CHROMIUM"), *NAMES) if name]
    return next(filter(None, map(shutil.which, wanted)), None)


def main() -> int:
    path = find()
    if path is None:
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
