"""A process for each file: what the file makes its reader do ends with it."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from criteria.contents import limits
from criteria.contents.refused import Reason, Refused

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent.parent
# Neither the user's packages nor files written on the way.
_READER = [sys.executable, "-E", "-s", "-B", "-m", "criteria.contents"]
# No secrets: of our environment it gets what Python needs to start.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def kind_of(file: BinaryIO, command: list[str] = _READER) -> str:
    """Return the kind of a file of the operating system's, or raise Refused.

    Costs a start of Python and of the kind's library: some 50 to 120 ms.
    """
    file.seek(0)
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing of the file's
            command,
            stdin=file,
            capture_output=True,
            cwd=_ROOT,
            env=environment,
            timeout=limits.SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(Reason.LIMITS) from None
    return _answer(done)


def _answer(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode:
        logger.warning(
            "The reader of a file ended with %d: %s", done.returncode, done.stderr[-800:]
        )
        raise Refused(Reason.LIMITS)
    answer = json.loads(done.stdout)
    if "kind" in answer:
        return str(answer["kind"])
    raise Refused(Reason(answer["reason"]), **answer["params"])
