"""What our pages show: console blocks and the expected output of examples, run and compared.

`python -m tests.transcripts` runs every command again and names what differs; with `--write` it
writes down what was printed. Read the difference before it is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from tariffcalc.catalogue.coverage import page
from tariffcalc.cli.main import app

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[a-z]*/README.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
PROMPT = re.compile(r"^\$ ", re.M)


@dataclass(frozen=True)
class Shown:
    """A command and what a page says that it prints."""

    page: Path
    command: str
    output: str


def shown_in(page_: Path) -> Iterator[Shown]:
    """Yield the commands of a page's console blocks."""
    for block in BLOCK.findall(page_.read_text("utf-8")):
        for part in PROMPT.split(block)[1:]:
            command, _, output = part.partition("\n")
            yield Shown(page_, command, output)


def run(command: str) -> str:
    """Run a command line as in a shell of a checkout and return what the terminal would show."""
    script = f'tariffcalc() {{ "{sys.executable}" -m tariffcalc "$@"; }}\n{command}'
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    if "Traceback (most recent call last)" in done.stdout:
        raise RuntimeError(f"{command} broke:\n{done.stdout}")
    return trimmed(done.stdout)


def trimmed(text: str) -> str:
    """Take off what nobody sees: blanks at the ends of lines, empty lines around."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return lines.strip("\n") + "\n"


def quoted(example: Path) -> str:
    """Return what `tariffcalc quote` prints for a shipment file."""
    result = CliRunner().invoke(app, ["quote", str(example)])
    if result.exception:
        raise result.exception
    return trimmed(result.output)


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every file with recorded output and what should stand in it."""
    for path in PAGES:

        def again(match: re.Match[str]) -> str:
            commands = [part.partition("\n")[0] for part in PROMPT.split(match[1])[1:]]
            printed = "\n".join(f"$ {command}\n{run(command)}" for command in commands)
            return f"```console\n{printed}```"

        yield path, BLOCK.sub(again, path.read_text("utf-8"))
    for example in sorted(EXAMPLES.glob("*.yaml")):
        yield expected(example), quoted(example)
    yield ROOT / "docs" / "coverage.md", page(ROOT / "data")


def expected(example: Path) -> Path:
    """Return the file that holds what an example prints."""
    return EXAMPLES / "expected" / f"{example.stem}.txt"


def main() -> int:
    """Compare, or with `--write` write; 1 when something differs and was not written."""
    write = "--write" in sys.argv[1:]
    differing = 0
    for path, text in pages():
        if path.exists() and path.read_text("utf-8") == text:
            continue
        differing += 1
        print(f"{'written' if write else 'differs'}: {path.relative_to(ROOT)}")
        if write:
            path.write_text(text, "utf-8")
    return 0 if write else min(differing, 1)


if __name__ == "__main__":
    sys.exit(main())
