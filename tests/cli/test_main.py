"""The command that is asked for is made alone: it must be the one that all together have."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from tariffcalc.cli.main import COMMANDS, app, make_app, run


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("words", [["--help"], [], ["--nonsense"]])
def test_a_command_alone_is_the_same(name: str, words: list[str]) -> None:
    alone, among = (CliRunner().invoke(made, [name, *words]) for made in (make_app([name]), app))
    assert (alone.exit_code, alone.output) == (among.exit_code, among.output)


@pytest.mark.parametrize("words", [["--help"], ["nonsense"], [], ["--version"]])
def test_what_is_no_command_is_told_of_all(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tariffcalc", *words])
    with pytest.raises(SystemExit):
        run()
    told = "".join(capsys.readouterr())
    assert told
    if words in (["--help"], []):
        assert all(name in told for name in COMMANDS)
