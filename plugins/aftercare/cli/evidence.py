"""What `aftercare evidence MONTH WHOM KPI` says: lines of a KPI, what they stand on, and what changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from aftercare.cli.objections import adjustment_lines

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from aftercare.reports.scorecard_report import Row

LINE = "scorecard_line"
"""The kind of a row that is a line of the same scorecard."""


def evidence_lines(
    engine: Engine, month: str, whom: str, kpi: str, user: str | None = None
) -> Iterator[str]:
    """Lines of a person, of a store's people or of everybody (``all``), each with its rows.

    Where they are of several people, the sum of each post stands before its lines. With a ``user`` it says
    beside ratings who gave them and why. Raises BadData where there is no scorecard or no such line, or
    ``whom`` may be a person or a store; NotAllowed for a user who is not HR of all these stores.
    """
    from aftercare.errors import BadData
    from aftercare.stages.scorecards import lines_of
    from aftercare.whose import whose_of

    whose = whose_of(engine, month, whom)
    lines = lines_of(engine, month, whose, kpi)
    if user is not None:
        require_hr(engine, {line["store_code"] for line in lines}, user)
    adjusted = adjustment_lines(engine, month, whose, kpi)
    if not lines and not adjusted:
        raise BadData(f"there is no line {kpi} on the scorecards of {whom} of {month}")
    is_own = all(line["employee_no"] == whom for line in lines)
    for role, found in groupby(lines, key=lambda line: line["role"]):
        of_post = list(found)
        if not is_own and all(_is_added(line) for line in of_post):
            yield _sum(f"{whom} {kpi} {role}", of_post)
        for line in of_post:
            yield from _line(engine, month, kpi, line, is_told_why=user is not None)
    yield from adjusted


def _is_added(line: Row) -> bool:
    """Whether figures of people are added up to their store's: counted ones are, points and scores are not."""
    return line["credit"] == "person" and line["policy_line"].split("/")[1] == "kpis"


def _sum(name: str, lines: Sequence[Row]) -> str:
    numerator, denominator, excluded = (
        sum((line[column] or Decimal(0) for line in lines), Decimal(0))
        for column in ("numerator", "denominator", "excluded")
    )
    counts = f"{numerator:f} of {denominator:f}, {excluded:f} excluded"
    return f"{name}: {counts}, the sum of {len(lines)} scorecards"


def _line(engine: Engine, month: str, kpi: str, line: Row, *, is_told_why: bool) -> Iterator[str]:
    from aftercare.stages.scorecards import evidence, lines_behind

    card = line["scorecard_id"]
    rows = evidence(engine, card, kpi)
    whose = ", the figure of the whole store" if line["credit"] == "store" else ""
    yield f"{card} {kpi}: {_counts(line)}{whose}"
    if any(row["row_kind"] == LINE for row in rows):
        for row in lines_behind(engine, card, kpi):
            yield _line_behind(month, line["employee_no"], row)
    asked = [(row["row_kind"], row["row_key"]) for row in rows] if is_told_why else []
    given = given_lines(engine, asked)
    for row in rows:
        if row["row_kind"] == LINE:
            continue
        key = row["row_kind"], row["row_key"]
        yield f"  {_sign(row)} {' '.join(key)} {row['reason'] or ''}".rstrip()
        if key in given:
            yield f"      {given[key]}"


def require_hr(engine: Engine, stores: Collection[str], user: str) -> None:
    """Raises NotAllowed for a user who is not HR of all these stores, and so reads no reasons there."""
    from aftercare import runs
    from aftercare.settings import read_group
    from aftercare.user_roles import require_role

    today = runs.today(read_group())
    with engine.connect() as connection:
        require_role(connection, stores, user, today, ("hr",))


def given_lines(engine: Engine, rows: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Who rated or nominated and why, in words, by kind and key of the row."""
    from aftercare import connections
    from aftercare.given_reasons import given_reasons

    found = given_reasons(engine, connections.keyring, rows)
    return {
        row: f"by {each.by_name} ({each.by_no}): "
        + (each.words or "the reason cannot be opened with this installation's keys")
        for row, each in found.items()
    }


def _line_behind(month: str, employee_no: str, row: Row) -> str:
    """A figure that a total stands on, with the command for the rows behind it."""
    from aftercare.reports.evidence_commands import evidence_command

    said = [row["kpi_id"] + ":"]
    if row["numerator"] is not None:
        said.append(f"{_counts(row)},")
    said.append(row["reason"] or "")
    indent = "  " * row["depth"]
    text = f"{indent}{_sign(row)} {' '.join(filter(None, said))}".rstrip(":, ")
    if not row["has_rows"]:
        return text
    return f"{text}; rows: {evidence_command(month, employee_no, row['kpi_id'])}"


def _counts(line: Row) -> str:
    numerator, denominator, excluded = (
        "–" if line[column] is None else f"{line[column]:f}"
        for column in ("numerator", "denominator", "excluded")
    )
    return f"{numerator} of {denominator}, {excluded} excluded"


def _sign(row: Row) -> str:
    return "-" if row["is_excluded"] else "+" if row["is_numerator"] else "0"
