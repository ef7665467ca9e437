"""Strict YAML: text stays text and knows its line; whatever could surprise is refused at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tariffcalc.catalogue.source import (
    LARGEST_FILE,
    Row,
    Table,
    Text,
    line_at,
    read_text,
    read_yaml,
)
from tariffcalc.values.issues import CatalogueError, Issue

PLAIN = """\
# a comment
on: NO
code: 0402
item: 7601.10
time: 12:01
day: 2018-03-23
nothing: ~
empty:
rows:
  - {duty: 10%, goods: [7601, all]}
  - duty: none
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "measure.yaml"


def refused(path: Path) -> Issue:
    """Return the one fault for which a file is refused."""
    with pytest.raises(CatalogueError) as caught:
        read_yaml(path)
    (issue,) = caught.value.issues
    return issue


def test_everything_is_text(file: Path) -> None:
    file.write_text(PLAIN)
    tree = read_yaml(file)
    assert tree == {
        "on": "NO",
        "code": "0402",
        "item": "7601.10",
        "time": "12:01",
        "day": "2018-03-23",
        "nothing": "~",
        "empty": "",
        "rows": [{"duty": "10%", "goods": ["7601", "all"]}, {"duty": "none"}],
    }
    assert isinstance(tree, Table)
    assert isinstance(tree["rows"], Row)
    assert isinstance(tree["code"], Text)


def test_every_value_knows_its_line(file: Path) -> None:
    file.write_text(PLAIN)
    tree = read_yaml(file)
    assert line_at(tree, ("code",)) == 3
    assert line_at(tree, ("rows", 0, "goods", 1)) == 10
    assert line_at(tree, ("rows", 1, "duty")) == 11


def test_a_place_that_is_not_there_is_near_its_parent(file: Path) -> None:
    file.write_text(PLAIN)
    tree = read_yaml(file)
    assert line_at(tree, ("rows", 1, "origins")) == 11
    assert line_at(tree, ("rows", 7)) == 10
    assert line_at(tree, ("code", "digits")) == 3
    assert line_at(tree, ()) == 2


@pytest.mark.parametrize(
    ("text", "slug", "where", "words"),
    [
        ("id: a\nid: b\n", "repeated-key", " line 2", 'the key "id" stands twice'),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "repeated-key", " line 4", '"b" stands twice'),
        ("a: &all x\n", "alias", " line 1", "anchors and aliases are refused"),
        ("a: x\nb: *all\n", "alias", " line 2", "anchors and aliases are refused"),
        ("- &row {a: x}\n", "alias", " line 1", "anchors and aliases are refused"),
        ("a: !!int 3\n", "tag", " line 1", "the tag tag:yaml.org,2002:int is refused"),
        ("a: 1\nb: !secret x\n", "tag", " line 2", "the tag !secret is refused"),
        ("a: " + "[" * 41 + "]" * 41, "too-deep", " line 1", "nested more than 40 deep"),
        ("[" * 1_000_000, "too-deep", " line 1", "nested more than 40 deep"),
        ("{a: " * 1_000_000, "too-deep", " line 1", "nested more than 40 deep"),
        ("? [a, b]\n: c\n", "key", " line 1", "a key must be one word"),
        ("a: 1\n---\nb: 2\n", "two-documents", " line 2", "a second document"),
        ("a: [1, 2\nb: 3\n", "not-yaml", " line 2", "is not YAML"),
        ("a: 1\n\tb: 2\n", "not-yaml", " line 2", "is not YAML"),
        ("a: 1\nb: \x07\n", "not-yaml", " line 2", "control characters are not allowed"),
        ("a: 'open\n", "not-yaml", " line 2", "unexpected end of stream"),
        ("%YAML 9.9\n---\na: 1\n", "not-yaml", " line 1", "is not YAML"),
        ("", "empty", "", "holds nothing"),
        ("# nothing yet\n", "empty", "", "holds nothing"),
    ],
)
def test_refusals_name_the_line(file: Path, text: str, slug: str, where: str, words: str) -> None:
    file.write_text(text)
    issue = refused(file)
    assert (issue.code, issue.where) == (slug, f"measure.yaml{where}")
    assert words in issue.message


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04\xff", b"\xff\xfea\x00", b"caf\xe9: 1"]
)
def test_what_is_not_text_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(b"a: 1\n" + content)
    issue = refused(file)
    assert issue.code in ("not-text", "not-yaml")
    assert issue.where == "measure.yaml line 2"


def test_the_mark_of_utf_8_is_taken_off(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfid: caf\xc3\xa9\r\n")
    assert read_yaml(file) == {"id": "café"}


def test_a_bomb_of_aliases_is_refused_within_a_second(file: Path) -> None:
    layers = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    layers += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi")]  # noqa: B905
    file.write_text("\n".join(layers))
    start = time.perf_counter()
    assert refused(file).code == "alias"
    assert time.perf_counter() - start < 1


def test_a_file_of_a_gigabyte_is_refused_at_once(file: Path) -> None:
    with file.open("wb") as sparse:
        sparse.truncate(1_000_000_000)
    start = time.perf_counter()
    issue = refused(file)
    assert time.perf_counter() - start < 0.5
    assert (issue.code, issue.where) == ("too-large", "measure.yaml")
    assert f"{LARGEST_FILE:,} bytes" in issue.message


def test_a_file_without_an_end_is_refused() -> None:
    zeros = Path("/dev/zero")
    if not zeros.exists():
        pytest.skip("no file without an end on this system")
    with pytest.raises(CatalogueError, match="larger than"):
        read_text(zeros)


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml").message == "cannot be read: No such file or directory"
    assert refused(tmp_path).code == "unreadable"
