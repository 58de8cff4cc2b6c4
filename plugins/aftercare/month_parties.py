"""Who has a part in a month, and so neither decides about it nor lets it leave.

Whoever is scored, rated or nominated in it decides no rewards; whoever is scored in it, no sanctions
and not its publication; and whoever rated or nominated in it judges nothing that stands on that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from aftercare.errors import NotAllowed
from aftercare.warehouse import run

Parts = tuple[str, ...]

SCORED: Parts = ("scored",)
JUDGED: Parts = ("scored", "rated", "nominated")
JUDGES: Parts = ("rater", "nominator")
_PARTS = {
    SCORED: "is scored",
    JUDGED: "is scored, rated or nominated",
    JUDGES: "rated or nominated somebody",
}


def names_of(user: str, roles: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names by which a user may stand in a month: the login and employee numbers, lower case."""
    numbers = (str(role["employee_no"]).casefold() for role in roles if role["employee_no"])
    return {user.casefold(), *numbers}


def refuse_party(
    connection: Connection,
    user: str,
    names: Collection[str],
    months: Sequence[str],
    parts: Sequence[Parts],
    act: str,
    judged_no: str = "",
) -> None:
    """Raises NotAllowed for a user, known by ``names``, who has one of the parts in the months.

    ``act`` is what is done, such as ``decide`` or ``publish``. With ``judged_no``, an employee
    number, ratings and nominations count only where they were about that person.
    """
    for row in run(connection, "score/list_parties", months=list(months)):
        if row.employee_no.casefold() not in names:
            continue
        if row.part in JUDGES and judged_no and row.about_no.casefold() != judged_no.casefold():
            continue
        for each in parts:
            if row.part in each:
                whom = f"rated or nominated {judged_no}" if judged_no else _PARTS[JUDGES]
                raise NotAllowed(
                    f"{user} {whom if each == JUDGES else _PARTS[each]} in {', '.join(months)}; "
                    f"somebody else must {act}: with the role hr, or manager, for all stores, "
                    "and no such part in it"
                )
