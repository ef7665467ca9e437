"""The `tariffcalc` command and its exit codes.

0 done; 1 done, and something failed; 2 usage; 3 input not understood; 4 catalogue unsound;
5 outside coverage.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from tariffcalc import __version__
from tariffcalc.cli import batch, check, measures, quote, show
from tariffcalc.cli.render import fitted
from tariffcalc.values.issues import CatalogueError, CoverageError, InputError

COLLECTED = 500_000
"""Objects made before Python looks for unused cycles, of which importing and pricing make none.

Its own number is 700.
"""

COMMANDS: dict[str, Callable[..., None]] = {
    "quote": quote.quote, "batch": batch.batch, "measures": measures.measures, "show": show.show,
    "check": check.check,
}  # fmt: skip


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tariffcalc {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keep the options that belong to no command."""


def make_app(names: Iterable[str]) -> typer.Typer:
    """Return the command line with some of the commands."""
    made = typer.Typer(
        name="tariffcalc",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="What does a shipment between Canada and the United States owe? Both directions, any"
        " entry date since 2018, offline, every figure with its legal citation.",
        epilog="Exit codes: 0 done; 1 done, and something failed; 2 usage; 3 input not understood;"
        " 4 catalogue unsound; 5 outside coverage.",
    )
    made.callback()(_options)
    for name in names:
        made.command(name)(COMMANDS[name])
    return made


app = make_app(COMMANDS)


def run() -> None:
    """Run the command line; every fault of input ends in words and an exit code."""
    gc.set_threshold(COLLECTED)
    _fill_in_closed_streams()
    # Typer makes every command with all its options ready: the one that is asked for will do.
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        (make_app([asked]) if asked in COMMANDS else app)()
    except CatalogueError as error:
        _fail(error, 4)
    except CoverageError as error:
        _fail(error, 5)
    except InputError as error:
        _fail(error, 3)
    except BrokenPipeError:
        # The reader of our output has gone, as in `tariffcalc measures ... | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)
    finally:
        gc.freeze()  # or Python would look through all it holds before it ends


def _fill_in_closed_streams() -> None:
    """Let no file get the number of a stream that is closed, and what is said on stderr pass."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # gets this number, and takes nothing
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # for good


def _fail(error: InputError, code: int) -> None:
    shown = error.issues[:50]
    for issue in shown:
        line = f"error: {issue}"
        typer.echo(fitted(line) if sys.stderr.isatty() else line, err=True)
    if len(error.issues) > len(shown):
        typer.echo(f"... and {len(error.issues) - len(shown)} more", err=True)
    sys.exit(code)
