"""The summary: what is said on a terminal fits it, what is saved is whole."""

from __future__ import annotations

import json
from typing import Any, cast

from tariffcalc.batch.summary import WIDTH, Run, as_json, as_markdown, as_text, summarise
from tariffcalc.batch.tally import Tally

RUN = Run("in.csv", "out.csv", "2026-11-23", "day", ("us-threat",), "python", 2.0)


class Sums:
    """The sums of lines of a value of 100 with a duty of 25, in several chapters and months."""

    def as_json(self) -> dict[str, Any]:
        def by(form: str) -> dict[str, Any]:
            return {
                form.format(number): {
                    "lines": 2,
                    "customs_value": "200.00",
                    "duty": f"{50 + number}.00",
                    "duty_unknown": 0,
                }
                for number in range(1, 13)
            }

        return {
            "lines": 40,
            "statuses": {"ok": 23, "partial": 1, "grouped": 3, "error": 13},
            "errors": {
                "bad-classification": {"count": 12, "first_rows": [5, 9, 12, 14, 15, 17]},
                "unknown-country": {"count": 1, "first_rows": [7]},
            },
            "currencies": {
                "USD": {
                    "lines": 24,
                    "customs_value": "2400.00",
                    "duty": "678.00",
                    "duty_unknown": 2,
                    "payable": "700.00",
                    "payable_unknown": 3,
                    "refundable": "0.00",
                    "refundable_unknown": 4,
                    "by_measure": {"base_duty": "120.00", "us-232-steel": "558.00"},
                    "by_measure_unknown": {"base_duty": 1, "us-232-metals": 1},
                    "by_chapter": by("{:02}"),
                    "by_origin": {
                        "CA": {
                            "lines": 24,
                            "customs_value": "1.00",
                            "duty": "0.50",
                            "duty_unknown": 2,
                        }
                    },
                    "by_month": by("2025-{:02}"),
                }
            },
            "resolved": {"covers": 4, "steps": 1},
        }


def summary(run: Run = RUN) -> dict[str, Any]:
    return summarise(run, cast(Tally, Sums()))


def test_plain_data_says_what_was_done() -> None:
    body = summary()
    assert json.loads(as_json(body)) == body
    assert body["schema"] == 1
    assert body["input"] == "in.csv"
    assert body["assumed"] == ["us-threat"]
    assert body["statuses"]["error"] == 13
    assert (body["seconds"], body["rows_per_second"]) == (2.0, 20)


def test_text_fits_a_terminal_and_says_what_it_leaves_out() -> None:
    run = Run("in.csv", f"/{'long/' * 30}out.csv", "2026-11-23", "now", (), "arrow", 75.0)
    text = as_text(summary(run))
    assert all(len(line) <= WIDTH or " " not in line.strip() for line in text.splitlines())
    assert "... and 4 more: --summary FILE has all" in text
    assert "bad-classification    12  5, 9, 12, 14, 15, ..." in text
    assert "unknown-country        1  7" in text
    assert "4 distinct sets of law and 1 point resolved; 1 min 15 s, 1 rows a second" in text
    assert "law as known on the day of the catalogue" in text


def test_the_most_duty_comes_first_and_months_in_their_order() -> None:
    lines = as_text(summary()).splitlines()
    assert lines[lines.index(next(x for x in lines if x.startswith("chapter"))) + 2][:2] == "12"
    assert lines[lines.index(next(x for x in lines if x.startswith("month"))) + 2][:7] == "2025-01"
    assert any(x.split()[:2] == ["us-232-steel", "558.00"] for x in lines)
    assert "catalogue 2026-11-23, law as known on each entry's own day, assumed us-threat" in lines


def test_markdown_has_every_row() -> None:
    text = as_markdown(summary())
    assert text.startswith("# Duties on in.csv\n")
    assert text.count("| 2025-") == 12
    assert "| bad-classification | 12 | 5, 9, 12, 14, 15, 17, ... |" in text
    assert "more: --summary" not in text


def test_a_sum_that_leaves_lines_out_says_so() -> None:
    lines = as_text(summary()).splitlines()
    for words in (
        "USD            sum of what is known  lines unknown",
        "lines priced                     24",
        "duty                         678.00              2",
        "payable                      700.00              3",
        "refundable                  unknown              4",  # not 0.00: nothing is known of it
        "measure           duty  lines unknown",
        "base_duty       120.00              1",
        "us-232-metals  unknown              1",
        "us-232-steel    558.00              0",
        "CA         24           1.00  0.50              2",
    ):
        assert words in lines
    assert not any("lines unknown" in line for line in lines if line.startswith("month"))
    assert "| us-232-metals | unknown | 1 |" in as_markdown(summary()).splitlines()


def test_nothing_written_is_said() -> None:
    body = summarise(Run("in.csv", "", "2026-11-23", "2020-01-01", (), "python", 0.0), Tally())
    assert body["output"] is None
    assert "in.csv: 0 rows, nothing was written" in as_text(body)
    assert "law as known on 2020-01-01" in as_text(body)
