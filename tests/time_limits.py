"""A limit on the time of a test, for code that could hang."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

# CPU time far beyond what any example needs on any machine: code that reaches it hangs.
SECONDS = 60.0


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """Raise AssertionError if the block uses more than ``SECONDS`` of CPU time."""

    def stop(*_: object) -> None:
        raise AssertionError(f"not finished after {SECONDS} seconds of CPU time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
