"""Text out of bytes: UTF-8, UTF-16 and UTF-32 by their marks, and CP-1252 as spreadsheets save it.

A byte that is no UTF-8 is read as Windows-1252, byte by byte: a file pasted together from both
comes out right.
"""

from __future__ import annotations

import codecs
from io import BytesIO, TextIOWrapper

from tariffcalc.batch.sources import Source
from tariffcalc.values.issues import InputError, Issue

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FALLBACK = "windows-1252-by-byte"


def find_encoding(source: Source, told: str | None) -> str:
    """Return the encoding told, or that of the mark in front, or UTF-8.

    The mark is no part of the text, though the encoding is told.

    Raises:
        InputError: for an encoding that is not known, and for UTF-16 without a mark.
    """
    name = ""
    if told:
        try:
            TextIOWrapper(BytesIO(), told)  # refuses a codec that is not of text, such as hex
            name = codecs.lookup(told).name
        except LookupError:
            message = f'"{told}" is no encoding; it is one such as utf-8, cp1252 or utf-16'
            raise InputError([Issue("bad-encoding", "error", message, "--encoding")]) from None
    for mark, encoding in _MARKS:
        is_meant = not name or name.startswith(encoding.removesuffix("-sig"))
        if is_meant and source.head.startswith(mark):
            return encoding
    if name:
        return name
    beginning = source.head[:4096]
    if beginning.count(0) > len(beginning) // 4:
        message = "looks like UTF-16 without the mark in front"
        raise source.refusal("bad-encoding", message, "Say --encoding utf-16-le, or utf-16-be.")
    return "utf-8"


class Decoder:
    """Decodes a stream piece by piece."""

    def __init__(self, encoding: str, strict: bool, source: Source, notes: list[Issue]) -> None:
        """Begin a stream; `strict` refuses what is not of the encoding."""
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._encoding = encoding
        self._strict = strict or not encoding.startswith("utf-8")
        self._source = source
        self._notes = notes
        self._read = 0

    def decode(self, chunk: bytes, final: bool = False) -> str:
        """Return the text of the next bytes. Raises InputError where they are not text."""
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            if self._strict:
                message = f"is not {self._encoding} near byte {self._read + error.start:,}"
                hint = "Say another --encoding, such as cp1252."
                raise self._source.refusal("not-text", message, hint) from None
            self._say(error)
            pending = self._decoder.getstate()[0]
            self._decoder = codecs.getincrementaldecoder(self._encoding)(_FALLBACK)
            text = self._decoder.decode(pending + chunk, final)
        except UnicodeError as error:  # as of UTF-16 that is told but has no mark
            hint = "Say --encoding utf-16-le, or utf-16-be."
            message = f"is not {self._encoding}: {error}"
            raise self._source.refusal("not-text", message, hint) from None
        self._read += len(chunk)
        return text

    def as_utf8(self, chunk: bytes) -> bytes:
        """Return the text of the next bytes as UTF-8; most are that already."""
        if self._encoding == "utf-8" and chunk.isascii() and not self._decoder.getstate()[0]:
            self._read += len(chunk)
            return chunk
        return self.decode(chunk, final=not chunk).encode()

    def _say(self, error: UnicodeDecodeError) -> None:
        byte = f"0x{error.object[error.start]:02X}"
        message = f"byte {byte} is not UTF-8: such bytes are read as Windows-1252"
        note = Issue("encoding", "info", message, self._source.name, "Say --encoding for another.")
        if all(other.code != "encoding" for other in self._notes):
            self._notes.append(note)


def _by_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _by_byte)
