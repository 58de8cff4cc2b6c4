"""Policy: the lines of the packs are kept in the warehouse, where every decision names its line."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Engine

from aftercare.errors import PolicyError
from aftercare.rules.policy import Line, Policy
from aftercare.warehouse import run


def load_policy(engine: Engine, policy: Policy) -> dict[str, int]:
    """Keeps the policy's lines and digest; returns ``lines`` and how many ``changed``.

    A line that something was decided with is never edited: raises PolicyError naming line, file
    and what to do when its value differs or it is gone. Lines that nothing was decided with
    follow the files.
    """
    lines = {line.line_id: line for line in policy.lines}
    with engine.begin() as connection:
        _refuse_edited_lines(connection, lines)
        changed = run(connection, "policy/keep_lines", lines=_recordset(lines)).rowcount
        run(connection, "policy/keep_version", digest=policy.digest)
    return {"lines": len(lines), "changed": changed}


def refuse_edited_lines(engine: Engine, policy: Policy) -> None:
    """Raises PolicyError for a policy that `load_policy` would refuse; writes nothing."""
    with engine.connect() as connection:
        _refuse_edited_lines(connection, {line.line_id: line for line in policy.lines})


def _refuse_edited_lines(connection: Connection, lines: dict[str, Line]) -> None:
    for used in run(connection, "policy/list_used_lines").mappings():
        line = lines.get(used["line_id"])
        if line is None:
            raise PolicyError(
                f"line {used['line_id']} decided something and is gone; put it back, and end it "
                "with a newer dated line",
                key=used["line_id"],
            )
        if (line.unit, json.loads(line.value_json)) != (used["unit"], used["value"]):
            raise PolicyError(
                f"line {line.line_id} decided something with another value or unit; put the old "
                "one back, and add a line with a newer date",
                file=line.file,
                line=line.file_line,
                key=line.name,
            )


def _recordset(lines: dict[str, Line]) -> str:
    return json.dumps(
        [
            {
                "line_id": line.line_id,
                "pack": line.pack,
                "rule_id": line.rule,
                "name": line.name,
                "unit": line.unit,
                "value": json.loads(line.value_json),
                "reference": line.reference,
                "valid_from": line.valid_from.isoformat(),
            }
            for line in lines.values()
        ],
        ensure_ascii=False,
    )
