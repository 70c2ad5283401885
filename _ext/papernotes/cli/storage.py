"""Read, lock and write files so that no run leaves half a file or overwrites another's changes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from papernotes.cli.errors import CommandError
from papernotes.cli.site import show

LOCK_TIMEOUT = 120.0  # seconds
_SUFFIX = ".papernotes-tmp"


class Changed(Exception):  # noqa: N818 - not an error, but a reason to start again
    """The content of a file has changed since it was read."""


def cache_folder() -> Path:
    """Return the folder for locks and caches that runs share, and create it if needed.

    It is the user's cache folder, or a temporary folder if that is not writable. Others may write
    to the folder that holds the temporary one, and so make it before, or a link in its place.
    """
    name = f"papernotes-{os.getuid()}" if hasattr(os, "getuid") else "papernotes"
    temporary = Path(tempfile.gettempdir(), name)
    for folder in (platformdirs.user_cache_path("papernotes"), temporary):
        is_own = _is_own if folder == temporary else Path.is_dir
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_own(folder) and os.access(folder, os.W_OK):
                return folder
        except OSError:
            continue
    raise CommandError(
        f"{temporary} is no folder that only you can write to; remove it, free some space, or set"
        " TMPDIR to another folder"
    )


def _is_own(folder: Path) -> bool:
    """Return whether *folder* is a folder of this user, no link, that nobody else can write to."""
    status = folder.lstat()
    mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return mine and stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o022


@contextlib.contextmanager
def lock(*paths: Path) -> Iterator[None]:
    """Hold the locks on the files *paths*, after waiting for other runs to release them.

    A command locks all bibliography files of its site: sites may share one of them, and each is the
    first of another. Symbolic links to a file share its lock. Raise a CommandError after
    ``LOCK_TIMEOUT`` seconds.
    """
    names = {
        hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]: path for path in paths
    }
    with contextlib.ExitStack() as held:
        # In the same order everywhere, so that no two runs wait for each other.
        for name, path in sorted(names.items()):
            try:
                held.enter_context(FileLock(cache_folder() / f"{name}.lock", timeout=LOCK_TIMEOUT))
            except Timeout as error:
                raise CommandError(
                    f"another papernotes process has locked {show(path)} for"
                    f" {LOCK_TIMEOUT:.0f} seconds; wait for it, or stop it"
                ) from error
        yield


def read(path: Path) -> bytes | None:
    """Return the content of the file *path*, or None if it does not exist."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            # A symbolic link to itself leads to no file, either.
            return None
        raise CommandError(f"{show(path)} cannot be read: {error.strerror}; correct it") from error


class Draft:
    """New content for a file, written to a temporary file beside it but not yet in place.

    As a context manager, it removes a draft that was not put in place.
    """

    def __init__(self, path: Path, content: bytes, *, is_new: bool = False) -> None:
        """Write *content* beside the file *path*; raise a CommandError if that fails.

        If *path* is a symbolic link, its target is replaced, not the link, unless the file *is_new*
        and replaces none. The new file has the mode of the old one and, if permitted, its owner.
        """
        self.path = path
        parent = os.path.realpath(path.parent)
        self.real = Path(parent, path.name) if is_new else Path(os.path.realpath(path))
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
        """Replace the content *old* of the file by the new content.

        Raise Changed, with nothing written, if the content of the file is no longer *old*.
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
        """Create the file with the new content; raise FileExistsError if it already exists."""
        assert self.temporary
        try:
            os.link(self.temporary, self.real)
        except FileExistsError:
            raise
        except OSError:
            # The file system has no hard links: reserve the name first.
            os.close(os.open(self.real, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            self.temporary.replace(self.real)
        self._remove()
        _sync(self.real.parent)


def remove_stale_drafts(folder: Path) -> None:
    """Remove the drafts that killed runs left in *folder*; the caller must hold the site's lock."""
    for path in folder.glob(f".*{_SUFFIX}"):
        path.unlink(missing_ok=True)


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    """Flush the names in *folder* to the disk, on systems where a folder can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
