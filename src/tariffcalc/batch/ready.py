"""A set of sheets ready for multiplying: its rates as integers, its words as text made once.

`Ready` prices a line of its points from nothing but a value and a base duty. `work_out` takes any
line; those of which everything but the base duty is known, most of them, are for the `Printer`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tariffcalc.batch.formula import CENT, HALF, TO_CENTS, Steps, cents
from tariffcalc.batch.levied import Levied, total
from tariffcalc.batch.remarks import BETWEEN, of_terms, of_unknown_fees
from tariffcalc.batch.result import (
    CENTS,
    PROHIBITED,
    UNKNOWN,
    Result,
    effective_rate,
    show,
    sure_share,
)
from tariffcalc.batch.tally import (
    BASE,
    DUTY,
    LINES,
    PAYABLE,
    REFUNDABLE,
    VALUE,
    Sums,
    Tally,
    leave_out,
)
from tariffcalc.engine.charges import ANTI_DUMPING

Paid = tuple[int | None, int | None]
"""The fees of a line, under the law asked for and as it now stands; None where not known."""


class Ready:
    """What a line under one set of sheets comes to.

    Attributes:
        has_changed: Whether something else is owed as the law now stands.
        asks_contents: Whether declared contents make a difference, then or now.
        is_known: Whether every charge but the base duty is known.
        is_doubtful: Whether it turns on the goods why a charge is not known.
        is_plain: Whether all charges are known, also as the law now stands, and none is freed.
        middle: Its law as cells of a CSV, once it was printed.
        ending: The cells behind what is refundable, likewise.
        rate: That of its only charge, if it has one and that is no total.
        before, after: What stands around the amount of that charge, once it was printed.
        shares: Effective rates by the rate of base duty, as `share` gives them.
        why: Why charges are not known, where that does not turn on the goods.
    """

    __slots__ = (
        "after", "asks_contents", "before", "currency", "edition", "ending", "has_changed",
        "is_doubtful", "is_known", "is_plain", "law", "middle", "now", "rate", "remarks", "shares",
        "sums", "tally", "terms", "then", "whole", "why",
    )  # fmt: skip

    def __init__(
        self,
        then: Steps,
        now: Steps,
        remarks: tuple[str, ...],
        currency: str,
        edition: str,
        tally: Tally,
    ) -> None:
        self.then = then
        self.now = now
        self.remarks = BETWEEN.join(remarks)
        self.currency = currency
        self.edition = edition
        self.tally = tally
        self.law = then.measures, then.headings, then.citations
        self.terms = [
            (f"{term.measure}=", term, PROHIBITED if term.refuses else UNKNOWN)
            for term in then.terms
        ]
        self.sums = [  # where entry is refused, nothing counts
            [0, 0] if then.prohibited else tally.measure(currency, term.measure)
            for term in then.terms
        ]
        self.whole = tally.sums(currency)
        is_one = len(then.terms) == 1 and not then.terms[0].is_total
        self.rate = then.terms[0].rate if is_one else None
        self.has_changed = then != now
        self.asks_contents = then.asks_contents or now.asks_contents
        self.is_known = all(term.rate is not None for term in then.terms)
        self.is_doubtful = any(term.doubtful is not None for term in then.terms)
        self.why = [] if self.is_doubtful else of_terms(then.terms, lambda sheet: "")
        self.middle = self.ending = self.before = self.after = ""
        self.shares: dict[int, tuple[str, int]] = {}
        self.is_plain = not (then.free_entry or now.free_entry) and all(
            term.rate is not None for term in (*then.terms, *now.terms)
        )

    def payable_now(self, value: int, base_rate: int, base: int, fee: int, levied: Levied) -> int:
        """Return what is payable as the law now stands, where all of it is known and none freed."""
        duty = base
        for term in self.now.terms:
            rate = term.on(base_rate) if term.is_total else term.rate
            duty += (value * (rate or 0) + HALF) // TO_CENTS
        if levied.tax:
            fee += ((value + duty * CENT) * levied.tax + HALF) // TO_CENTS
        return duty + fee

    def share(self, base_rate: int) -> tuple[str, int]:
        """Return the effective rate where all charges are known; see `sure_share`."""
        rates = [term.on(base_rate) if term.is_total else term.rate for term in self.then.terms]
        rate = base_rate + sum(filter(None, rates))
        found = self.shares[base_rate] = sure_share(rate, 1 + len(rates))
        return found

    def charges(self, value: int, base_rate: int | None) -> tuple[str, int]:
        """Return the charges as text, and the sum of those that are known."""
        texts, added = [], 0
        for (prefix, term, word), sums in zip(self.terms, self.sums, strict=True):
            rate = term.on(base_rate) if term.is_total else term.rate
            if rate is None:
                sums[1] += 1
                texts.append(prefix + word)
                continue
            amount = (value * rate + HALF) // TO_CENTS
            added += amount
            sums[0] += amount
            texts.append(f"{prefix}{amount // 100}{CENTS[amount % 100]}")
        return ";".join(texts), added

    def work_out(
        self,
        value: int,
        rate: int | None,
        base: int | None,
        levied: Levied,
        sums: Sequence[Sums],
        why_base: Sequence[str],
        why: Sequence[str],
        paid: Paid | None = None,
        more: Sequence[str] = (),
        cvd: int | None = None,
    ) -> Result:
        """Return the row of a line of any kind, and add it to the sums.

        Args:
            value: In ten-thousandths of the importing country's currency.
            rate: Of base duty, where it is a share of the value, in millionths.
            base: The base duty in cents, None where it is not known.
            levied: Its fees and taxes.
            sums: Those to which the line adds: of its chapter, origin and month.
            why_base: Why the base duty is not known.
            why: Why other charges are not known.
            paid: Its share of the fees of its entry; None where it is an entry of its own.
            more: Warnings of its own, before those of its point.
            cvd: Declared anti-dumping and countervailing duty, in cents; only where the entry is
                not refused.
        """
        then, refused = self.then, self.then.prohibited
        charges, added = self.charges(value, rate)
        if cvd is not None:
            charges = ";".join(filter(None, (charges, f"{ANTI_DUMPING}={show(cvd)}")))
            added += cvd
            self.tally.add_charge(self.currency, ANTI_DUMPING, cvd)
        base_owed = 0 if then.free_entry else base
        known = (base_owed or 0) + added
        duty = known if self.is_known and base_owed is not None else None
        fees = levied.fees(then, value) if paid is None else paid[0]
        taxes = levied.taxes(value, duty)
        payable = now = _payable(duty, fees, taxes)
        if self.has_changed or (paid is not None and paid[1] != fees):
            now = self._payable_now(value, rate, base, levied, paid, cvd or 0)
        refundable = None
        if payable is not None and now is not None:
            refundable = max(0, payable - now)
        status = PROHIBITED if refused else "ok" if payable is not None else "partial"
        owing = None if refused else known + (fees or 0) + (taxes or 0)
        self._count(status, value, base_owed or 0, known, owing, refundable, sums)
        if refundable is None and not refused:
            leave_out(sums, self.whole, base_owed, duty, payable)
        warnings = self.remarks
        if more or why or base_owed is None or fees is None:
            why_base = why_base if base_owed is None else ()
            warnings = self._warnings(more, why_base, why, levied, fees)
        blank = "" if refused else UNKNOWN
        share = blank if duty is None else effective_rate(duty, value)
        return (
            status, show(base_owed, blank), charges, show(added if self.is_known else None, blank),
            show(duty, blank), show(fees, blank), show(taxes, blank), show(payable, blank), share,
            *self.law, "", show(now, blank), show(refundable, ""), warnings, "", "", "",
            self.edition,
        )  # fmt: skip

    def _warnings(
        self,
        more: Sequence[str],
        why_base: Sequence[str],
        why: Sequence[str],
        levied: Levied,
        fees: int | None,
    ) -> str:
        """Return the warnings of a line, joined."""
        unknown = (fee for fee in levied.levies.fees if fee.unknown and fees is None)
        point = (self.remarks,) if self.remarks else ()
        return BETWEEN.join((*more, *point, *why_base, *why, *of_unknown_fees(unknown)))

    def _payable_now(
        self,
        value: int,
        base_rate: int | None,
        base: int | None,
        levied: Levied,
        paid: Paid | None,
        cvd: int,
    ) -> int | None:
        """Return what is payable as the law now stands."""
        steps = self.now
        rates = [term.on(base_rate) for term in steps.terms]
        parts = [None if rate is None else cents(value, rate) for rate in rates]
        duty = total([0 if steps.free_entry else base, *parts, cvd])
        fees = levied.fees(steps, value) if paid is None else paid[1]
        return _payable(duty, fees, levied.taxes(value, duty))

    def _count(
        self,
        status: str,
        value: int,
        base: int,
        duty: int,
        owing: int | None,
        refundable: int | None,
        sums: Sequence[Sums],
    ) -> None:
        """Add what is known of a line to the sums; `owing` is None where entry is refused."""
        if status != "ok":
            self.tally.add_status(status)
        for own in sums:
            own[LINES] += 1
            own[VALUE] += value
            own[DUTY] += 0 if owing is None else duty
        if owing is not None:
            whole = self.whole
            whole[BASE] += base
            whole[PAYABLE] += owing
            whole[REFUNDABLE] += refundable or 0


def _payable(duty: int | None, fees: int | None, taxes: int | None) -> int | None:
    return None if duty is None or fees is None or taxes is None else duty + fees + taxes
