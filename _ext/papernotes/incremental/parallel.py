"""Work shared among forked processes, which leaves what one process would leave.

A process that is forked has all that has been read and derived, without a copy being made or sent.
The main process and the others take numbers of jobs from a pipe until it is empty. Each of the
others then hands back what its jobs have changed in its memory. Messages are shown in the order of
the jobs, and the error of the first job that fails is raised: the number of processes shows in
nothing but the time.

Python's garbage collector would search all that has been read, again and again, and would copy the
memory that processes share. So that is frozen (``gc.freeze``) before the work begins, and garbage
is collected after every few jobs.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from logging import Formatter, LogRecord, getLogger
from typing import Any

from sphinx.errors import SphinxError, SphinxParallelError
from sphinx.util import logging
from sphinx.util.display import status_iterator

# Fewer jobs are done before other processes have begun.
FEW = 16
# After how many jobs garbage is collected.
COLLECT = 48
# On macOS, libraries of the system can fail in forked processes.
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
# In how many steps one process shows how far it is.
_STEPS = 100
# A pipe holds as many numbers on any system.
_NUMBERS = 1_000
_WIDTH = 4

# The attribute of a message that names the job which it comes from.
JOB = "papernotes_job"

logger = logging.getLogger(__name__)


@dataclass
class Share:
    """What one process has done: messages by job, the job that failed, and what it hands back."""

    messages: list[tuple[int, list[LogRecord]]] = field(default_factory=list)
    failure: tuple[int, Exception] | None = None
    result: Any = None


def nothing() -> None:
    """Do nothing when a process begins or ends its share."""


def share(
    names: Sequence[str],
    do: Callable[[str], None],
    *,
    processes: int,
    title: str,
    begin: Callable[[], None] = nothing,
    hand_back: Callable[[], Any] = nothing,
    parts: Sequence[Iterable[int]] = (),
) -> list[Share]:
    """Do the job of each of *names*, and return the shares of the processes, if there are several.

    Forked processes call *begin* before their first job and *hand_back* after their last. The first
    share is that of the main process, which hands nothing back. Without *parts*, which give each
    process the numbers of its jobs, a process takes the next job when it is free. *title* says to
    the user what is done.
    """
    if len(names) >= FEW:
        gc.freeze()
    processes = useful(len(names), processes)
    if processes == 1:
        # A message for each job would take a fiftieth of a build.
        steps = range(0, len(names), len(names) // _STEPS + 1)
        for start in status_iterator(
            steps, title, "darkgreen", len(steps), stringify_func=names.__getitem__
        ):
            for number in range(start, min(start + steps.step, len(names))):
                do(names[number])
                _collect(number)
        return []
    queue = _Queue(len(names))
    workers: list[_Worker] = []

    def work(numbers: Iterable[int]) -> Share:
        begin()
        done = _do(names, numbers, do, queue)
        done.result = None if done.failure else hand_back()
        return done

    logger.info("%s %d jobs, %d processes", title.strip(), len(names), processes)
    try:
        for numbers in parts[1:] or [queue] * (processes - 1):
            # One by one, so that those that have begun can be ended.
            workers.append(_Worker(functools.partial(work, numbers)))  # noqa: PERF401
        own = _do(names, parts[0] if parts else queue, do, queue)
        return [own, *(worker.receive() for worker in workers)]
    finally:
        queue.close()
        for worker in workers:
            worker.end()


def useful(count: int, processes: int) -> int:
    """Return how many of *processes* do *count* jobs sooner than fewer would."""
    if processes < 2 or count < FEW or not CAN_FORK:
        return 1
    return min(processes, count // (FEW // 2))


def show(shares: Iterable[Share]) -> None:
    """Show the messages of *shares* in the order of the jobs, and raise the first error."""
    shares = list(shares)
    failure = min((each.failure for each in shares if each.failure), default=None, key=_number)
    last = failure[0] if failure else sys.maxsize
    for number, messages in sorted(
        (pair for each in shares for pair in each.messages), key=_number
    ):
        for message in messages if number <= last else ():
            logger.handle(message)
    if failure:
        raise failure[1]


def _number(pair: tuple[int, object]) -> int:
    return pair[0]


def _collect(done: int) -> None:
    if done % COLLECT == COLLECT - 1 and gc.isenabled():
        # What has survived that once stays: it is kept for later jobs.
        gc.collect(1)


def _do(
    names: Sequence[str], numbers: Iterable[int], do: Callable[[str], None], queue: _Queue
) -> Share:
    """Do the jobs with these *numbers* until one fails, and return their messages."""
    done = Share()
    levels = [handler.level for handler in getLogger(logging.NAMESPACE).handlers]
    with logging.suppress_logging() as memory:
        # Messages for debugging, which Sphinx seldom shows, take more memory than all the rest.
        memory.setLevel(min(levels, default=0))
        for count, number in enumerate(numbers):
            try:
                do(names[number])
            except Exception as error:  # noqa: BLE001 -- raised by the main process
                done.failure = (number, _portable(error))
                # The others end the jobs that they are at, of which an earlier one may fail too.
                queue.empty()
            if messages := memory.clear():
                done.messages.append((number, _portable_messages(messages, names[number])))
            if done.failure:
                break
            _collect(count)
    return done


def _portable(error: Exception) -> Exception:
    """Return *error* if it can be sent to another process, or else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 -- made here
    except Exception:  # noqa: BLE001 -- pickle raises what the error's class raises
        text = "".join(traceback.format_exception_only(error)).strip()
        return SphinxParallelError(text, "".join(traceback.format_exception(error)))
    return error


def _portable_messages(messages: list[LogRecord], job: str) -> list[LogRecord]:
    logging.convert_serializable(messages)
    for message in messages:
        setattr(message, JOB, job)
        if message.exc_info:
            message.exc_text, message.exc_info = Formatter().formatException(message.exc_info), None
    return messages


class _Queue:
    """Numbers of jobs in a pipe, from which each process takes the next."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._step = max(1, count // _NUMBERS)
        self._source, target = os.pipe()
        numbers = (number.to_bytes(_WIDTH, "big") for number in range(0, count, self._step))
        os.write(target, b"".join(numbers))
        os.close(target)

    def __iter__(self) -> Iterator[int]:
        while taken := os.read(self._source, _WIDTH):
            first = int.from_bytes(taken, "big")
            yield from range(first, min(first + self._step, self._count))

    def empty(self) -> None:
        """Leave no number to any process."""
        while os.read(self._source, _WIDTH * _NUMBERS):
            pass

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._source)


class _Worker:
    """A forked process, which does a share and sends it back."""

    def __init__(self, work: Callable[[], Share]) -> None:
        source, target = os.pipe()
        # What is not yet written would be written by both processes.
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = os.fork()
        if not self._process:
            os.close(source)
            _work(work, target)
        os.close(target)
        self._pipe = os.fdopen(source, "rb")

    def receive(self) -> Share:
        """Return the share, when the process has done it."""
        try:
            done = pickle.load(self._pipe)  # noqa: S301 -- from our own process
            assert isinstance(done, Share)
        except (EOFError, pickle.UnpicklingError):
            _, status = os.waitpid(self._process, 0)
            self._process = 0
            code = os.waitstatus_to_exitcode(status)
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
            message = f"a process of the build {how}; build again, with less memory by -j 1"
            raise SphinxError(message) from None
        return done

    def end(self) -> None:
        """End the process, which has nothing more to say."""
        self._pipe.close()
        if self._process:
            os.kill(self._process, signal.SIGTERM)
            os.waitpid(self._process, 0)


def _work(work: Callable[[], Share], target: int) -> None:
    """Do a share in a forked process, send it to the main process, and end."""
    status = 1
    try:
        done = work()
        if done.failure:
            # The call stack of this process cannot be sent.
            error = done.failure[1]
            error.add_note("".join(traceback.format_exception(error)))
        try:
            content = pickle.dumps(done, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 -- raised by the main process
            content = pickle.dumps(Share(failure=(0, _portable(error))))
        with os.fdopen(target, "wb") as pipe:
            pipe.write(content)
        sys.stdout.flush()
        sys.stderr.flush()
        status = 0
    finally:
        # Without what Python does at its end, which is for the main process.
        os._exit(status)
