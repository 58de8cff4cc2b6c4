"""Whose figures of a month somebody asks for by one word: a person's, a store's, or everybody's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from aftercare.errors import BadData
from aftercare.warehouse import run

EVERYBODY = "all"


@dataclass(frozen=True)
class Whose:
    """An employee's number or a store's code, never both; neither: everybody's."""

    employee_no: str | None = None
    store_code: str | None = None


def whose_of(engine: Engine, month: str, whom: str) -> Whose:
    """Reads an employee's number, a store's code, or ``all``, as the month's scorecards know it.

    Raises BadData where there is no such scorecard, and where the word is both a number and a code: the
    figures of a person and of a store would stand under one name.
    """
    with engine.connect() as connection:
        found = run(connection, "score/find_whose", month=month, whom=whom).one()
    if whom == EVERYBODY and found.scorecards:
        return Whose()
    if found.is_employee and found.is_store:
        raise BadData(
            f"{whom} is an employee's number and a store's code in {month}, so it does not say whose rows are "
            "asked for; click the figure on the page Scorecards (评分与建议), or use `all`"
        )
    if found.is_employee:
        return Whose(employee_no=whom)
    if found.is_store:
        return Whose(store_code=whom)
    raise BadData(f"{whom} has no scorecard of {month}")
