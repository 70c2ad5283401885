"""Writing files whole or not at all, one run at a time, and never over what someone else wrote."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from papernotes.cli.errors import CommandError
from papernotes.cli.site import show

PATIENCE = 120.0  # seconds
_SUFFIX = ".papernotes-tmp"


class Changed(Exception):  # noqa: N818 - it is no error, but a reason to begin again
    """A file is no longer what it was when it was read."""


def cache() -> Path:
    """Return the folder in which runs leave word for each other, which is there.

    It is the user's cache, or a folder for temporary files where that cannot be written.
    """
    own = f"papernotes-{os.getuid()}" if hasattr(os, "getuid") else "papernotes"
    temporary = Path(tempfile.gettempdir(), own)
    for folder in (platformdirs.user_cache_path("papernotes"), temporary):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise CommandError(f"{temporary} cannot be written to; free some space, or set TMPDIR")


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock on the bibliography file *path*; wait while another run holds it.

    Sites that share the file by a link share the lock.
    """
    name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]
    try:
        with FileLock(cache() / f"{name}.lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        raise CommandError(
            f"another papernotes has been writing to {show(path)} for {PATIENCE:.0f} seconds;"
            " wait for it, or end it"
        ) from error


def read(path: Path) -> bytes | None:
    """Return what the file *path* holds, None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            # A link to itself is one to nothing, too.
            return None
        raise CommandError(f"{show(path)} cannot be read: {error.strerror}; correct it") from error


class Draft:
    """A new content of a file, on the disk beside it but not yet in its place.

    Used as a context: what has not been put in place by its end is removed.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        """Write *content* beside the file *path*; raise a CommandError where that is not possible.

        What a link leads to is replaced, not the link. The new file has the mode and, where that
        is allowed, the owner of the old one.
        """
        self.path = path
        self.real = Path(os.path.realpath(path))
        self.temporary: Path | None = None
        try:
            self._write(content)
        except OSError as error:
            self._remove()
            raise CommandError(f"{show(path)} cannot be written: {error.strerror}") from error

    def _write(self, content: bytes) -> None:
        handle, name = tempfile.mkstemp(
            prefix=f".{self.real.name}-", suffix=_SUFFIX, dir=self.real.parent
        )
        self.temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            try:
                status = self.real.stat()
            except FileNotFoundError:
                os.fchmod(handle, 0o666 & ~_umask())
            else:
                with contextlib.suppress(PermissionError):
                    os.fchown(handle, status.st_uid, status.st_gid)
                os.fchmod(handle, status.st_mode & 0o7777)
            os.fsync(handle)

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def _remove(self) -> None:
        if self.temporary:
            self.temporary.unlink(missing_ok=True)
            self.temporary = None

    def replace(self, old: bytes | None) -> None:
        """Put the new content in the place of *old*.

        Raise Changed, with nothing done, if the file holds anything else by now.
        """
        assert self.temporary
        if read(self.real) != old:
            raise Changed(self.path)
        try:
            self.temporary.replace(self.real)
        except OSError as error:
            raise CommandError(f"{show(self.path)} cannot be written: {error.strerror}") from error
        self.temporary = None
        _sync(self.real.parent)

    def create(self) -> None:
        """Put the content in its place; raise FileExistsError if there is anything already."""
        assert self.temporary
        try:
            os.link(self.temporary, self.real)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links: the name is taken first.
            os.close(os.open(self.real, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            self.temporary.replace(self.real)
        self._remove()
        _sync(self.real.parent)


def sweep(folder: Path) -> None:
    """Remove the drafts in *folder* of runs that were killed; to be called under the lock."""
    for path in folder.glob(f".*{_SUFFIX}"):
        path.unlink(missing_ok=True)


def _umask() -> int:
    """Return the mask for new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    """Have the disk keep the names in *folder*, on systems where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
