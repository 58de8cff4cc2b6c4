"""Figures of earlier runs: a run of some steps renews theirs, and the page keeps those of the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.results import Result

FILE = "benchmarks.json"
CIRCUMSTANCES = ("on", "machine", "command", "load")
ORDER = ("pull", "flags", "merge", "service due", "night", "rules", "scorecards", "documents")
"""How step names begin, in the order of the page."""


@dataclass(frozen=True)
class Measured:
    """One step's figures, when and where they were taken, by which arguments, with which load before."""

    result: Result
    on: str
    machine: str
    command: str
    load: float


def measured_now(
    results: Sequence[Result], machine: str, command: str, load: float
) -> list[Measured]:
    """Results of this moment."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    return [Measured(result, today, machine, command, load) for result in results]


def keep(measured: Sequence[Measured], folder: Path) -> list[Measured]:
    """Puts figures in the place of earlier ones of the same steps; gives all, in the page's order."""
    known = {each.result.step: each for each in read(folder)}
    known |= {each.result.step: each for each in measured}
    found = sorted(known.values(), key=_place)
    rows = [
        asdict(each.result) | {name: getattr(each, name) for name in CIRCUMSTANCES}
        for each in found
    ]
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    return found


def read(folder: Path) -> list[Measured]:
    """What was kept; nothing where no run was."""
    path = folder / FILE
    rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return [
        Measured(**{name: row.pop(name) for name in CIRCUMSTANCES}, result=Result(**row))
        for row in rows
    ]


def _place(measured: Measured) -> tuple[int, str]:
    step = measured.result.step
    return next((place for place, start in enumerate(ORDER) if step.startswith(start)), 99), step
