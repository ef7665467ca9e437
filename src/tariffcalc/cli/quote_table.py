"""A quote for people: charges with numbered citations, totals, and what would change them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import typer

from tariffcalc.catalogue.terms import Effect
from tariffcalc.cli.options import Format
from tariffcalc.cli.render import console, markdown, write_rows
from tariffcalc.engine.answer import Charge, LineAnswer, Quote
from tariffcalc.engine.as_json import show_rate
from tariffcalc.engine.explain import NotCharged
from tariffcalc.values.codes import dotted
from tariffcalc.values.money import show_money

CSV_COLUMNS = (
    "line", "measure", "kind", "base", "rate", "amount", "heading", "citation", "known", "reason",
)  # fmt: skip
CHARGE_COLUMNS = ("charge", "base", "rate", "amount", "heading", "cite")
NEAR = ("ended", "lifted", "exempt", "yields", "condition", "threatened", "later_annulled")
STATUS = {
    "ok": "every amount is known",
    "partial": "some amounts are not known: they are left out of the sums, not taken as zero",
    "prohibited": "entry is refused: nothing is payable because nothing may be entered",
    "error": "not priced",
}


def write(quote: Quote, format_: Format, explain: bool) -> None:
    """Write a quote as table, Markdown or CSV."""
    if format_ is Format.CSV:
        write_rows(format_, CSV_COLUMNS, _csv_rows(quote))
        return
    Sheet(quote, format_, explain).write()


class Sheet:
    """One quote on its way to paper; citations are numbered as they first occur."""

    def __init__(self, quote: Quote, format_: Format, explain: bool) -> None:
        self.quote = quote
        self.markdown = format_ is Format.MD
        self.explain = explain
        self.citations: dict[str, int] = {}

    def write(self) -> None:
        """Write the whole answer, status first."""
        quote = self.quote
        self.heading(f"{quote.status.upper()}: {STATUS[quote.status]}")
        self.say(
            f"Entry into {quote.importer} on {quote.entry_date}, law as known on {quote.known_on}"
            f" (catalogue {quote.edition}); amounts in {quote.currency}"
        )
        if quote.assumed:
            self.say(f"Assumed as law: {', '.join(quote.assumed)}")
        if quote.fx is not None:
            day = f" of {quote.fx_date}" if quote.fx_date else ""
            self.say(f"Exchange rate{day}: {quote.fx:f}")
        for line in quote.lines:
            self.line(line)
        self.totals()
        self.since()
        for line in quote.lines:
            self.beside(line)
        left = sum(len(line.not_charged) - len(self.near(line)) for line in quote.lines)
        if left:
            self.say(f"\n{left} measures that do not concern these goods: --explain lists them.")
        self.notices()
        self.sources()

    def line(self, line: LineAnswer) -> None:
        """Write what is charged on one line."""
        self.heading(
            f"Line {line.line}: {dotted(line.classification)} of {line.origin},"
            f" value {show_money(line.customs_value)}"
        )
        rows, notes = [], []
        for charge in line.charges:
            rows.append(self.charge(charge))
            if charge.reason:
                notes.append(f"{charge.measure}: {charge.reason}")
        self.rows(CHARGE_COLUMNS, rows)
        for note in notes:
            self.say(f"  {note}")

    def charge(self, charge: Charge) -> tuple[str, ...]:
        """Return the cells of one charge."""
        amount = "refused" if charge.rate == Effect.PROHIBITED else _shown(charge.amount)
        base = "" if charge.base is None else show_money(charge.base)
        return charge.measure, base, charge.rate, amount, charge.heading or "", self.cite(charge)

    def cite(self, charge: Charge) -> str:
        """Return the number of a charge's citation."""
        if not charge.citation or charge.citation == "declared":
            return "declared" if charge.citation else ""
        text = charge.citation + (f" ({charge.known})" if charge.known else "")
        if charge.url:
            text += f" {charge.url}"
        return f"[{self.citations.setdefault(text, len(self.citations) + 1)}]"

    def totals(self) -> None:
        """Write fees, taxes and sums."""
        quote, totals = self.quote, self.quote.totals
        self.heading("Entry")
        rows = [self.charge(levy) for levy in (*quote.fees, *quote.taxes)]
        if rows:
            self.rows(CHARGE_COLUMNS, rows)
            for levy in (*quote.fees, *quote.taxes):
                if levy.reason:
                    self.say(f"  {levy.measure}: {levy.reason}")
        sums = [
            ("customs value", totals.customs_value),
            ("base duty", totals.base_duty),
            ("additional duty", totals.additional_duty),
            ("fees", totals.fees),
            ("taxes", totals.taxes),
            ("payable", totals.payable),
        ]
        if totals.payable is None:
            sums.append(("payable as far as known", totals.known_payable))
        sums.append(("landed", totals.landed))
        cells = [(name, _shown(amount)) for name, amount in sums]
        rate = totals.effective_rate
        cells.append(("effective rate", "unknown" if rate is None else show_rate(rate)))
        if quote.status == "prohibited":
            cells = [("customs value", show_money(totals.customs_value)), ("payable", "no entry")]
        self.rows(("sum", quote.currency), cells)

    def since(self) -> None:
        """Say what later law made of it."""
        since = self.quote.since
        if since.refundable:
            change = f"{show_money(since.refundable)} refundable"
        elif since.owing:
            change = f"{show_money(since.owing)} more owing"
        elif since.acts and since.refundable is None and self.quote.status != "prohibited":
            change = "by how much is not known"
        else:
            return
        self.heading("The law has since changed")
        self.say(f"As it now stands {_shown(since.payable)} is payable: {change}.")
        self.say(f"By: {', '.join(since.acts)}")

    def beside(self, line: LineAnswer) -> None:
        """Write what was not charged on a line, and the questions on it."""
        missed = self.near(line)
        if missed:
            self.heading(f"Not charged on line {line.line}")
            rows = [(m.measure, str(m.reason), m.detail) for m in missed]
            self.rows(("measure", "reason", "detail"), rows)
        if line.questions:
            self.heading(f"What would change line {line.line}")
            rows = [(q.fact, _shown(q.total_duty), q.question) for q in line.questions]
            self.rows(("declare", "duty then", "question"), rows)

    def near(self, line: LineAnswer) -> list[NotCharged]:
        """Return the measures that missed a line narrowly enough to be worth a word unasked."""
        return [m for m in line.not_charged if self.explain or m.reason in NEAR]

    def notices(self) -> None:
        """Write warnings and information."""
        if self.quote.issues:
            self.heading("Notices")
        for issue in self.quote.issues:
            self.say(f"{issue.severity}: {issue}")

    def sources(self) -> None:
        """Write the numbered citations."""
        if self.citations:
            self.heading("Citations")
        for text, number in self.citations.items():
            self.say(f"[{number}] {text}")

    def heading(self, text: str) -> None:
        """Write a heading."""
        if self.markdown:
            typer.echo(f"\n## {text}\n")
            return
        out = console()
        out.print()
        out.print(text, style="bold", markup=False)

    def say(self, text: str) -> None:
        """Write a sentence, folded to the width."""
        if self.markdown:
            typer.echo(text.strip() + "\n")
        else:
            console().print(text, markup=False)

    def rows(self, columns: tuple[str, ...], rows: list[Any]) -> None:
        """Write a small table."""
        right = ("base", "amount", "rate", self.quote.currency, "duty then")
        if self.markdown:
            typer.echo(markdown(columns, rows, right))
        else:
            write_rows(Format.TABLE, columns, rows, right)


def _shown(amount: Decimal | None) -> str:
    return "unknown" if amount is None else show_money(amount)


def _csv_rows(quote: Quote) -> list[tuple[str, ...]]:
    groups = [(line.line, line.charges) for line in quote.lines]
    groups += [("", quote.fees), ("", quote.taxes)]
    return [
        (
            line,
            charge.measure,
            charge.kind,
            "" if charge.base is None else f"{charge.base:.2f}",
            charge.rate,
            "unknown" if charge.amount is None else f"{charge.amount:.2f}",
            charge.heading or "",
            charge.citation or "",
            charge.known or "",
            charge.reason or "",
        )
        for line, charges in groups
        for charge in charges
    ]
