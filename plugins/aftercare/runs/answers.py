"""How often staff said that a rule's task should not have been."""

from __future__ import annotations

from aftercare import connections, warehouse
from aftercare.reports.answers import RuleAnswers
from aftercare.rules import period
from aftercare.words import ANSWERS


def count_answers(month: str, store_code: str | None = None) -> list[RuleAnswers]:
    """Of each store and rule: finished tasks due in a month, and those that ended in an answer."""
    key = period.read_month(month)
    engine = connections.warehouse_engine()
    with engine.connect() as connection:
        rows = warehouse.run(
            connection,
            "answers/count_answers",
            first_day=period.first_day(key),
            last_day=period.last_day(key),
            store_code=store_code,
        ).mappings()
        return [
            RuleAnswers(
                row["store_code"],
                row["pack"],
                row["rule_id"],
                row["occurrence"],
                row["follow_up"],
                row["finished"],
                {answer: row[answer] for answer in ANSWERS},
            )
            for row in rows
        ]
