"""How fast is one quote: a cold command as a ratio to bare Python, and quotes within a process.

Run it with the Python of an environment in which tariffcalc is installed as users install it:

    python benchmarks/quote.py

Runs are interleaved and the medians compared, so that a busy machine does not tell one from the
other. Absolute times mean little; the ratios are what counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from statistics import median

ROUNDS = 15
FLAGS = [
    *("quote", "--into", "US", "--origin", "CA", "--hs", "7601.10.60", "--value", "100000"),
    *("--date", "2020-08-20", "--claim", "usmca"),
]
COMMANDS = {
    "bare python": ["-c", "pass"],
    "import typer": ["-c", "import typer"],
    "--help": ["-m", "tariffcalc", "--help"],
    "quote, json": ["-m", "tariffcalc", *FLAGS, "--format", "json"],
    "quote, table": ["-m", "tariffcalc", *FLAGS],
}
SHIPMENTS = {
    "aluminum of Canada, 2020": {
        "importer": "US", "origin": "CA", "classification": "7601.10.60",
        "customs_value": "100000", "entry_date": "2020-08-20", "claims": ["usmca"],
    },
    "steel into Canada, 2026": {
        "importer": "CA", "origin": "US", "classification": "7210.49.00",
        "customs_value": "1000", "entry_date": "2026-09-10", "currency": "USD", "fx": "1.31",
    },
    "valves of Canada, 2026 (many open questions)": {
        "importer": "US", "origin": "CA", "classification": "8481.80.30",
        "customs_value": "100000", "entry_date": "2026-09-20",
    },
}  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "TARIFFCALC_CACHE": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        cold(environment)
        os.environ["TARIFFCALC_CACHE"] = cache
        warm()


def cold(environment: dict[str, str]) -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(ROUNDS + 1):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *arguments], env=environment, check=True, capture_output=True
            )
            if number:  # the first round fills the caches
                times[name].append(time.perf_counter() - start)
    bare = median(times["bare python"])
    for name, taken in times.items():
        print(f"{name:45} {median(taken) * 1e3:8.1f} ms {median(taken) / bare:6.1f} x bare python")


def warm() -> None:
    from tariffcalc import load_catalogue

    start = time.perf_counter()
    catalogue = load_catalogue()
    print(f"{'load from cache':45} {(time.perf_counter() - start) * 1e3:8.1f} ms")
    os.environ["TARIFFCALC_CACHE"] = tempfile.mkdtemp()
    start = time.perf_counter()
    load_catalogue()
    print(f"{'load and compile from YAML and CSV':45} {time.perf_counter() - start:8.2f} s")
    law = catalogue.law()
    for name, declared in SHIPMENTS.items():
        shipment = catalogue.shipment(**declared)
        law.quote(shipment)
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for _ in range(200):
                law.quote(shipment)
            taken.append((time.perf_counter() - start) / 200)
        print(f"{name:45} {median(taken) * 1e6:8.0f} microseconds a quote")


if __name__ == "__main__":
    main()
