"""What reading one file may cost, whatever the file says; set before its first byte is read."""

try:
    import resource
except ImportError:  # not on Windows, where the clock alone limits: a check says so
    resource = None  # type: ignore[assignment]

CPU_SECONDS = 6
# A scan of A3 at 600 dots an inch takes 320 MB as a picture in four colours.
MEMORY = 1024**3
# Of the wall, kept by whoever started the process: a busy machine is given time.
SECONDS = 15


def apply() -> None:
    """Limit this process for good: work, memory, and that it writes and starts nothing."""
    if resource is None:
        return
    for what, most in [
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ]:
        _soft, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))
