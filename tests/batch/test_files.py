"""A file appears whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tariffcalc.batch import files
from tariffcalc.batch.files import WriteError, check_target, open_whole
from tariffcalc.batch.stops import Stopped


def write(path: Path, **options: bool) -> None:
    write_and(path, lambda: None, **options)


def write_and(path: Path, then: Callable[[], object], **options: bool) -> None:
    with open_whole(str(path), **options) as output:
        output.file.write(b"new")
        then()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_is_there_after_the_block_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with open_whole(str(path)) as output:
        output.file.write(b"new")
        output.file.flush()
        assert not path.exists()
        (beside,) = names(tmp_path)
        assert beside.startswith(".out.csv.")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["out.csv"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, MemoryError])
def test_after_a_fault_the_old_file_stands(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    def fail() -> None:
        raise fault

    with pytest.raises(fault):
        write_and(path, fail, force=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_after_a_signal_the_old_file_stands(tmp_path: Path, name: str) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    number = getattr(signal, name)
    # Whoever starts the tests in the background has SIGINT ignored, and so it stays.
    given = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(Stopped) as stopped:
            write_and(path, lambda: signal.raise_signal(number), force=True)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, given)
    assert stopped.value.signal.name == name
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


def test_a_full_disk_leaves_the_old_file_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match=r"the disk is full.*left as it was"):
        write(path, force=True)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    """The system itself refuses: no file of this process may pass 100 kB."""
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    program = f"""
import resource
from tariffcalc.batch.files import WriteError, open_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with open_whole({str(path)!r}, force=True) as output:
        for _ in range(30):
            output.file.write(b"x" * 100_000)
except WriteError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "cannot be written: File too large" in done.stdout, done.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


def test_no_room_to_hold_stdout_back_is_not_told_of_stdout() -> None:
    program = """
import resource
from tariffcalc.batch.files import open_whole
from tariffcalc.values.issues import InputError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with open_whole("-", hold=True) as output:
        for _ in range(30):
            output.file.write(b"x" * 100_000)
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "temporary files cannot be written: File too large" in done.stdout, done.stderr
    assert "TMPDIR" in done.stdout
    assert "xxx" not in done.stdout


def test_a_full_device_is_told() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with (
        pytest.raises(WriteError, match="the disk is full"),
        open_whole("/dev/full", force=True) as output,
    ):
        output.file.write(b"x" * 3_000_000)


@pytest.mark.parametrize("name", ["a" * 251 + ".csv", "é" * 125 + "a.csv"])
def test_a_name_may_be_as_long_as_the_system_takes(tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    assert names(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"new"


def test_what_cannot_be_made_is_told_by_the_name_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST_NAME", 1000)  # as a system that takes less
    with pytest.raises(WriteError, match=r"out\.csv: cannot be written: File name too long"):
        write(tmp_path / ("a" * 240 + "out.csv"))


def test_an_older_file_is_not_replaced_without_force(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    with pytest.raises(WriteError, match="--force"):
        check_target(str(path), force=False)
    with pytest.raises(WriteError, match="--force"):
        write(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["out.csv"]


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(WriteError, match="--force"):
        write_and(path, lambda: path.write_bytes(b"of somebody else"))
    assert path.read_bytes() == b"of somebody else"


def test_force_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write(path, force=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_keeps_pointing_at_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "real.csv", tmp_path / "link.csv"
    path.write_bytes(b"old")
    link.symlink_to(path)
    write(link, force=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_link_that_leads_to_itself_is_a_file_that_is_there(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(link)
    with pytest.raises(WriteError, match="--force"):
        write(link)
    assert names(tmp_path) == ["link.csv"]
    write(link, force=True)
    assert link.read_bytes() == b"new"


def test_a_pipe_may_be_named_as_the_system_names_it() -> None:
    if not Path("/dev/fd").is_dir():
        pytest.skip("this system has no /dev/fd")
    read, end = os.pipe()
    write(Path(f"/dev/fd/{end}"))
    os.close(end)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"new"


@pytest.mark.parametrize("force", [False, True])
def test_the_input_is_never_the_output(tmp_path: Path, force: bool) -> None:
    path, hard, link = (tmp_path / name for name in ("in.csv", "hard.csv", "link.csv"))
    path.write_bytes(b"old")
    os.link(path, hard)
    link.symlink_to(path)
    for target in (path, hard, link, tmp_path / "." / "in.csv"):
        with pytest.raises(WriteError, match="itself"):
            check_target(str(target), force, [str(path)])


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    path = str(tmp_path / "out.csv")
    with pytest.raises(WriteError, match="itself"):
        check_target(path, True, [path])


@pytest.mark.parametrize(("name", "words"), [("", "is a folder"), ("no/out.csv", "does not exist")])
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(WriteError, match=words):
        check_target(str(tmp_path / name), force=True)


@pytest.mark.parametrize("wanted", [False, True])
def test_a_file_not_wanted_does_not_appear(tmp_path: Path, wanted: bool) -> None:
    path = tmp_path / "out.csv"
    with open_whole(str(path)) as output:
        output.file.write(b"new")
        if not wanted:
            output.discard()
    assert names(tmp_path) == (["out.csv"] if wanted else [])


@pytest.mark.parametrize("wanted", [False, True])
def test_stdout_held_back_gets_all_or_nothing(
    capfdbinary: pytest.CaptureFixture[bytes], wanted: bool
) -> None:
    with open_whole("-", hold=True) as output:
        output.file.write(b"new")
        if not wanted:
            output.discard()
    assert capfdbinary.readouterr().out == (b"new" if wanted else b"")


def test_stdout_gets_the_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_whole("-") as output:
        output.file.write(b"a\r\nb")
    assert capfdbinary.readouterr().out == b"a\r\nb"
