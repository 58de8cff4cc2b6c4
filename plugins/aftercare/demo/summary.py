"""What the demo did, in numbers that add up, and where everything is."""

from __future__ import annotations

from typing import Any

from aftercare import connections, warehouse
from aftercare.demo.airflow import LocalAirflow
from aftercare.demo.history import DemoPeriod
from aftercare.demo.mailbox import Mailbox
from aftercare.demo.place import Place
from aftercare.errors import PipelineFault
from aftercare.words import LOAD_PARTS

WAYS = ("sent", "held", "postponed", "missed", "rejected", "withdrawn", "done", "waiting")

STAGES = (
    *("tasks", "push", "morning", "scorecards", "proposals", "rewards"),
    *("publish", "month_mails", "statements"),
)
"""Steps whose counts are shown, in their order; the last three mail a month to HR, to stores and to employees."""


def make(
    place: Place, airflow: LocalAirflow, mailbox: Mailbox, period: DemoPeriod, seconds: float
) -> dict[str, Any]:
    """The summary as plain data; PipelineFault when pulled rows or due tasks do not add up."""
    engine = connections.warehouse_engine()
    with engine.connect() as connection:
        loads = [
            dict(row)
            for row in warehouse.run(
                connection, "ops/list_loads_of_day", day=period.night
            ).mappings()
        ]
        ways = [
            dict(row)
            for row in warehouse.run(
                connection, "ops/count_tasks_of_night", day=period.night
            ).mappings()
        ]
        rules = [
            dict(row) for row in warehouse.run(connection, "ops/count_tasks_by_rule").mappings()
        ]
        reports = {
            (row["stage"], row["partition_key"], row["part"]): row["counts"]
            for row in warehouse.run(
                connection,
                "ops/list_reports",
                stages=list(STAGES),
                keys=[period.night.isoformat(), period.month],
            ).mappings()
        }
    for load in loads:
        if load["pulled"] != sum(load[part] or 0 for part in LOAD_PARTS):
            raise PipelineFault(f"rows of {load['system']}/{load['feed']} do not add up: {load}")
    due = sum(row["tasks"] for row in ways)
    reported = reports.get(("tasks", period.night.isoformat(), ""), {}).get("due")
    if due != reported:
        raise PipelineFault(f"{reported} tasks were due, but {due} are accounted for")
    return {
        "night": period.night,
        "month": period.month,
        "first_night": period.first,
        "feeds": loads,
        "due": due,
        "ways": ways,
        "rules": rules,
        "reports": {"/".join(filter(None, key)): counts for key, counts in reports.items()},
        "mails": [path.name for path in mailbox.mails()],
        "task_lists": [
            str(path) for path in sorted((place.exchange / "out").glob("*/*.xlsx"))[-6:]
        ],
        "seconds": round(seconds, 1),
        "addresses": {
            "Airflow": airflow.url,
            "task workbooks": str(place.exchange / "out"),
            "mails": str(place.mails),
            "data docs": str(place.docs / "index.html"),
            "summary": str(place.home / "summary.json"),
            "command": f"{place.home / 'aftercare'} --help",
        },
    }


def lines(result: dict[str, Any]) -> list[str]:
    """The summary for a terminal."""
    out = ["", f"Night of {result['night']}: rows pulled = " + " + ".join(LOAD_PARTS)]
    for load in result["feeds"]:
        parts = " + ".join(f"{load[part] or 0}" for part in LOAD_PARTS)
        out.append(f"  {load['system'] + '/' + load['feed']:<28}{load['pulled']:>6} = {parts}")
    by_way = {way: sum(row["tasks"] for row in result["ways"] if row["way"] == way) for way in WAYS}
    out.append(
        f"Tasks due {result['due']} = "
        + " + ".join(f"{count} {way}" for way, count in by_way.items())
    )
    out += [
        f"  {row['way']:<10}{row['tasks']:>5}  {row['reason']}"
        for row in result["ways"]
        if row["reason"]
    ]
    out.append(f"Tasks by rule since {result['first_night']}, and those that people worked on:")
    out += [
        f"  {row['rule_id']:<7}{row['follow_up']:<26}{row['tasks']:>6}{row['handed_on']:>6}"
        for row in result["rules"]
    ]
    for name, counts in result["reports"].items():
        shown = ", ".join(
            f"{key} {value}" for key, value in counts.items() if isinstance(value, int)
        )
        out.append(f"{name}: {shown}")
    out.append("")
    out += [f"{name + ':':<16}{address}" for name, address in result["addresses"].items()]
    return out


def accounts(airflow: LocalAirflow) -> str:
    """Names and passwords of the demo's users, for the terminal only."""
    words = ", ".join(f"{user} / {word}" for user, word in airflow.passwords().items())
    return f"{'log in as:':<16}{words}"
