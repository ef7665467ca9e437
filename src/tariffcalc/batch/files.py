"""A file that appears whole or not at all.

It is written beside its place under a hidden name, flushed to the disk and renamed. Whatever
happens before that, a signal, a full disk, a fault of ours, an older file stands as it was.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from tariffcalc.batch.room import no_room, room_told
from tariffcalc.batch.stops import Stops, catch_stops
from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDOUT = "-"
BUFFER = 1 << 20
LONGEST_NAME = 255
"""Bytes of a file's name, which most systems take."""

AHEAD = 8 << 20
"""Bytes after which the disk is told to begin with what was written."""


class WriteError(InputError):
    """The answer cannot be written: the disk is full, the folder closed."""


class Output:
    """An open output: write to `file`, and `discard` it if it shall not appear.

    Attributes:
        hold: Lets no signal stop what is left to do.
    """

    def __init__(self, file: BinaryIO, stops: Stops) -> None:
        self.file = file
        self.hold = stops.hold
        self.is_wanted = True

    def discard(self) -> None:
        """Let the file not appear although nothing went wrong."""
        self.is_wanted = False


def check_target(target: str, force: bool, others: Iterable[str] = ()) -> None:
    """Refuse a place where the answer must not go, before any work is done.

    Args:
        target: Path of the file to write, or `-` for stdout.
        force: Whether an older file may be replaced.
        others: Files that this command reads or writes as well.

    Raises:
        WriteError: for a folder, a folder that does not exist, an older file without `force`,
            a file that is one of the others, and stdout that is closed.
    """
    if target == STDOUT:
        if sys.stdout is None:
            raise _refusal("unwritable", "is closed", target, "Name a file: -o FILE")
        return
    path = Path(target)
    if path.is_dir():
        raise _refusal("is-a-folder", "is a folder, not a file", target, "Name the file too.")
    if not path.parent.is_dir():
        message = f"the folder {path.parent} does not exist"
        raise _refusal("no-folder", message, target, "Make it first, or name another.")
    for other in others:
        if other != STDOUT and _is_same(path, Path(other)):
            message = f"is the file {other} itself, which this command reads or writes"
            raise _refusal("same-file", message, target, "Name another file.")
    if not force and path.is_file():
        raise _exists(target)


@contextmanager
def open_whole(target: str, *, force: bool = False, hold: bool = False) -> Iterator[Output]:
    """Open a file to write; it takes its place when the block ends well, and not before.

    Stdout, a pipe or a device gets the bytes as they come. While the block runs, SIGINT, SIGTERM
    and SIGHUP raise `Stopped` in it.

    Args:
        target: Path of the file, or `-` for stdout.
        force: Whether an older file may be replaced.
        hold: Whether stdout too gets nothing before the block ends well.

    Raises:
        WriteError: when the file cannot be written; `Stopped` on a signal.
    """
    path = None if target == STDOUT else Path(target)
    with catch_stops() as stops:
        if path is not None and (not path.exists() or path.is_file()):
            with _beside(Path(os.path.realpath(path)), target, force, stops) as output:
                yield output
        elif hold:
            with room_told():
                made = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed below
            with made as held:
                raw = _Guarded(os.dup(held.fileno()), target, is_temporary=True)
                with io.BufferedWriter(raw, BUFFER) as file:
                    output = Output(cast(BinaryIO, file), stops)
                    yield output
                if output.is_wanted:
                    held.seek(0)
                    with _stream(path, target) as stream:
                        shutil.copyfileobj(held, stream, BUFFER)
        else:
            with _stream(path, target) as stream:
                yield Output(stream, stops)


@contextmanager
def _beside(path: Path, target: str, force: bool, stops: Stops) -> Iterator[Output]:
    """Write beside the target, then rename."""
    temporary = path.with_name(_hidden(path.name))
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    try:
        try:
            raw = _Guarded(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), target)
        except OSError as error:
            raise _unwritable(error, target) from None
        with io.BufferedWriter(raw, BUFFER) as file:
            output = Output(cast(BinaryIO, file), stops)
            yield output
            file.flush()
            if output.is_wanted:
                raw.sync()
        stops.hold()
        if output.is_wanted:
            if mode is not None:
                temporary.chmod(mode)
            _rename(temporary, path, target, force)
    finally:
        stops.hold()
        with suppress(OSError):  # it has its name, or was never made: what went wrong is told
            temporary.unlink()


def _hidden(name: str) -> str:
    """Return a name for a file until it is whole, no longer than a name may be."""
    ending = f".{os.urandom(4).hex()}.part"
    while len(os.fsencode(f".{name}{ending}")) > LONGEST_NAME:
        name = name[:-1]
    return f".{name}{ending}"


def _rename(temporary: Path, path: Path, target: str, force: bool) -> None:
    """Give the file its name; without force, only if nobody has taken it meanwhile."""
    try:
        if not force:
            try:
                os.link(temporary, path)
            except FileExistsError:
                raise _exists(target) from None
            except OSError:
                if path.exists():
                    raise _exists(target) from None
                temporary.replace(path)
        else:
            temporary.replace(path)
    except OSError as error:
        raise _unwritable(error, target) from None
    with suppress(OSError):  # not every system lets a folder be opened
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _stream(path: Path | None, target: str) -> Iterator[BinaryIO]:
    """Write straight to stdout or to a device."""
    if path is None:
        sys.stdout.flush()
        try:
            number = os.dup(sys.stdout.fileno())
        except OSError:  # stdout is not the process's own, as in a notebook
            yield sys.stdout.buffer
            return
    else:
        number = os.open(path, os.O_WRONLY)
    with io.BufferedWriter(_Guarded(number, target), BUFFER) as file:
        yield cast(BinaryIO, file)


class _Guarded(io.FileIO):
    """A file whose faults are told in words; once one is met, the rest is let go."""

    def __init__(self, number: int, target: str, is_temporary: bool = False) -> None:
        super().__init__(number, "wb")
        self.target = target
        self.is_temporary = is_temporary
        self.is_broken = False
        self._fresh = 0

    def write(self, body: ReadableBuffer, /) -> int:
        if self.is_broken:
            return memoryview(body).nbytes
        try:
            written = super().write(body) or 0
            self._send_on(written)
            return written
        except OSError as error:
            self.is_broken = True
            if isinstance(error, BrokenPipeError):
                raise
            raise (
                no_room(error) if self.is_temporary else _unwritable(error, self.target)
            ) from None

    def _send_on(self, written: int) -> None:
        """Let the disk begin with what was written, so that there is little to wait for at last."""
        self._fresh += written
        if self._fresh >= AHEAD and hasattr(os, "posix_fadvise"):
            self._fresh = 0
            with suppress(OSError):  # of a pipe, or a disk that takes no advice
                os.posix_fadvise(self.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def sync(self) -> None:
        """Wait until the disk has it."""
        try:
            os.fsync(self.fileno())
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise _unwritable(error, self.target) from None


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute() == other.absolute()


def _exists(target: str) -> WriteError:
    message = "is there already and was left as it is"
    return _refusal("file-exists", message, target, "Add --force to replace it.")


def _unwritable(error: OSError, target: str) -> WriteError:
    stands = "" if target == STDOUT else "; what stood under this name was left as it was"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        hint = "Make room, or write to another disk."
        return _refusal("disk-full", f"the disk is full{stands}", target, hint)
    return _refusal("unwritable", f"cannot be written: {error.strerror}{stands}", target)


def _refusal(code: str, message: str, target: str, hint: str = "") -> WriteError:
    where = "stdout" if target == STDOUT else target
    return WriteError([Issue(code, "error", message, where, hint)])
