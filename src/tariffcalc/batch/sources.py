"""Where the bytes of an input come from: a file, a gzip file, a pipe, or standard input.

What an input is, is told by its first bytes, not by the ending of its name. Nothing is ever read
whole: a gzip file is unpacked as it is read.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from tariffcalc.batch.room import room_told
from tariffcalc.values.issues import InputError, Issue

STDIN = "-"
HEAD = 1 << 18
"""Bytes at the beginning that decide what an input is; its header must end within them."""

_SIGNS = {
    b"PK\x03\x04": "xlsx",
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
}

_UNREAD = {"xls": "an old Excel workbook, or one with a password", "pdf": "a PDF document"}

_NO_TABLES = {
    rb"<html|<!doctype html|<table": "is a web page under the name of a spreadsheet",
    rb"<\?xml": "is XML, not a table",
    rb"[\[{]\s*[\[{\"]": "holds JSON, not a table",
}
"""How text begins that is no table."""


class Source:
    """An input that can be opened from its beginning.

    Attributes:
        name: For messages: the file's name, or "standard input".
        head: The first bytes, unpacked.
        kind: `text`, `xlsx` or `parquet`.
    """

    def __init__(self, path: str | Path) -> None:
        """Look at the first bytes. Raises InputError when they cannot be read or are no table."""
        self._path = Path(path)
        self._spool: IO[bytes] | None = None
        self._spent = False
        self._opened: BinaryIO | None = None
        is_stdin = str(path) == STDIN
        self.name = "standard input" if is_stdin else self._path.name
        if is_stdin and sys.stdin is None:
            raise self.refusal("unreadable", "is closed", "Give the file's name.")
        with self.told():
            self._stream = sys.stdin.buffer if is_stdin else _open_pipe(self._path)
            self._packed_head = self._stream.read(HEAD) if self._stream else b""
            packed = self._packed_head[:2] if self._stream else _first(self._path, 2)
            self._is_gzip = packed == b"\x1f\x8b"
            if self._stream is None:
                with self.open() as file:
                    self.head = file.read(HEAD)
            elif self._is_gzip:
                self.head = _unpack_head(self._packed_head)
            else:
                self.head = self._packed_head
        self.kind = self._kind()

    def _kind(self) -> str:
        if not self.head:
            raise self.refusal("empty-file", "holds nothing")
        kind = next((kind for sign, kind in _SIGNS.items() if self.head.startswith(sign)), "text")
        if kind in _UNREAD:
            raise self.refusal("not-a-table", f"is {_UNREAD[kind]}", "Save it as .xlsx or .csv.")
        if kind != "text" and self._is_gzip:
            raise self.refusal("packed", f"is a packed .{kind} file", "Unpack it first.")
        start = self.head.removeprefix(codecs.BOM_UTF8).lstrip()
        for beginning, message in _NO_TABLES.items():
            if re.match(beginning, start, re.IGNORECASE):
                raise self.refusal("not-a-table", message, "Save it as CSV, XLSX or Parquet.")
        return kind

    def open(self) -> BinaryIO:
        """Return the unpacked bytes from the beginning."""
        file = self._raw()
        return cast(BinaryIO, _Unpacked(file)) if self._is_gzip else file

    def open_file(self) -> BinaryIO:
        """Return the bytes as a file in which one can seek."""
        self.keep()
        return self.open()

    def keep(self) -> None:
        """Make a second opening possible: what a pipe gives is copied to a temporary file.

        Raises:
            InputError: when it cannot be read, or there is no room for it.
        """
        if self._stream is None or self._spool is not None:
            return
        self._refuse_spent()
        with room_told():
            spool = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the source
        chunk = self._packed_head
        while chunk:
            with room_told():
                spool.write(chunk)
                spool.flush()
            with self.told():
                chunk = self._stream.read(HEAD)
        self._spool = spool

    def _raw(self) -> BinaryIO:
        if self._stream is None:
            self._opened = self._path.open("rb")
            return self._opened
        if self._spool is not None:
            return cast(BinaryIO, io.BufferedReader(_Window(self._spool), HEAD))
        self._refuse_spent()
        self._spent = True
        return cast(BinaryIO, io.BufferedReader(_Joined(self._packed_head, self._stream), HEAD))

    def share_read(self) -> float | None:
        """Return how much of the file was read in the last opening, from 0 to 1, if it is known."""
        file = self._opened
        if file is None or file.closed:
            return None
        return min(1.0, file.tell() / max(1, self._path.stat().st_size))

    def _refuse_spent(self) -> None:
        if self._spent:
            raise self.refusal("read-once", "can be read only once", "Give the file's name.")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn faults of reading into words."""
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            message = f"is not a sound gzip file: {error}"
            raise self.refusal("bad-gzip", message, "Fetch it again.") from None
        except OSError as error:
            raise self.refusal("unreadable", f"cannot be read: {error.strerror}") from None

    def refusal(self, code: str, message: str, hint: str = "") -> InputError:
        """Return the error for this input."""
        return InputError([Issue(code, "error", message, self.name, hint)])


def _open_pipe(path: Path) -> BinaryIO | None:
    """Open what can be read only once, though it has a name: a pipe, a device."""
    return path.open("rb") if path.exists() and not (path.is_file() or path.is_dir()) else None


def _first(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _unpack_head(packed: bytes) -> bytes:
    """Return the first bytes of a gzip stream, whose members may be many, and some empty."""
    head = b""
    while packed and len(head) < HEAD:
        unpack = zlib.decompressobj(wbits=31)
        head += unpack.decompress(packed, HEAD - len(head))
        packed = unpack.unused_data.lstrip(b"\0")
    return head


class _Unpacked(gzip.GzipFile):
    """A gzip stream that closes the file under it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(fileobj=file)
        self._file = file

    def close(self) -> None:
        super().close()
        self._file.close()


class _Joined(io.RawIOBase):
    """The bytes already read from a stream, and then the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        chunk = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Window(io.RawIOBase):
    """A temporary file with a place of one's own in it: several may be open at a time."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._spool.seek(self._at)
        self._at = self._spool.seek(offset, whence)
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        self._spool.seek(self._at)
        chunk = self._spool.read(len(buffer))
        self._at += len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)
