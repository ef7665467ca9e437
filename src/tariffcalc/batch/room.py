"""Room for temporary files: what is said when there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import gettempdir

from tariffcalc.values.issues import InputError, Issue


@contextmanager
def room_told() -> Iterator[None]:
    """Turn faults of writing temporary files into words; for a block that writes no other.

    Raises:
        InputError: when there is no room, or no folder, for temporary files.
    """
    try:
        yield
    except OSError as error:
        raise no_room(error) from None


def no_room(error: OSError) -> InputError:
    """Return what is said of a fault in writing a temporary file."""
    try:
        folder = gettempdir()
    except OSError:  # there is none in which a file can be made
        folder = os.environ.get("TMPDIR", "TMPDIR")
    message = f"the folder for temporary files cannot be written: {error.strerror}"
    hint = "Make room there, or name another one in TMPDIR."
    return InputError([Issue("temporary", "error", message, folder, hint)])
