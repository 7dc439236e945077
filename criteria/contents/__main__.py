"""Read the file on standard input, and say on standard output what it is: one JSON object.

{"kind": "pdf"}, or {"reason": "macros", "params": {}}. Without either, and with a signal or an exit
code, the limits of the process ended it.
"""

import json
import sys

from criteria.contents import limits
from criteria.contents.refused import Reason, Refused


def main() -> None:
    limits.apply()
    # The readers' libraries are loaded within the limits, too.
    from criteria.contents.reading import kind_of

    try:
        answer: dict[str, object] = {"kind": kind_of(sys.stdin.buffer)}
    except Refused as refused:
        answer = {"reason": refused.reason, "params": refused.params}
    except (MemoryError, RecursionError):
        answer = {"reason": Reason.LIMITS, "params": {}}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
