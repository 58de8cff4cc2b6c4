"""What a pack says about its KPIs: on whose scorecards they stand, whose figure they are, which way is good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast

from aftercare.errors import PolicyError
from aftercare.rules.policy import Policy

FOLDER = "kpis/"
Credit = Literal["person", "store"]
Direction = Literal["higher", "lower"]
PERSON: Final = "person"
STORE: Final = "store"
HIGHER: Final = "higher"
LOWER: Final = "lower"
NOT_COUNTED: Final = "kpi_not_counted"
"""The note of a line that reads a KPI which is not counted on its day."""


@dataclass(frozen=True)
class Kpi:
    """A KPI of a pack.

    ``roles`` are the posts on whose scorecards it stands. ``credit`` ``person``: each row is its
    owner's own work; ``store``: it is the store's figure, and all who hold one of the posts there
    in the month have the same. ``direction`` ``lower``: less is better, and the target is met
    below it. ``statement`` counts it; without one, that of its own name. ``only_where_held``: it
    is counted in stores where somebody holds one of the posts in the month; elsewhere there is no
    such figure and no row is nobody's. Without it the work has to be done, whoever is there.
    """

    name: str
    roles: tuple[str, ...]
    credit: Credit
    direction: Direction
    statement: str = ""
    only_where_held: bool = False

    @property
    def counted_by(self) -> str:
        """The place of its statement."""
        return FOLDER + (self.statement or self.name)

    @property
    def item(self) -> str:
        """Its place in the policy."""
        return FOLDER + self.name


def kpis_of(policy: Policy, pack: str, day: date) -> tuple[Kpi, ...]:
    """The KPIs that a pack has on a day, by name; PolicyError for one that does not say whose it is.

    One whose ``scale`` is null on that day is counted no more, or not yet.
    """
    return tuple(
        read_kpi(policy, pack, item.removeprefix(FOLDER))
        for item in policy.items(pack, FOLDER)
        if _is_counted(policy, pack, item, day)
    )


def is_counted(policy: Policy, pack: str, name: str, day: date) -> bool | None:
    """Whether a pack counts a KPI on a day; None where it has none of this name, on whatever day."""
    item = FOLDER + name
    return _is_counted(policy, pack, item, day) if item in policy.items(pack, FOLDER) else None


def _is_counted(policy: Policy, pack: str, item: str, day: date) -> bool:
    scale = policy.find(pack, item, "scale", day)
    return scale is None or scale.value is not None


def read_kpi(policy: Policy, pack: str, name: str) -> Kpi:
    """A KPI of a pack, counted or not; PolicyError for one that does not say whose it is."""
    known = policy.attributes(pack, FOLDER + name)
    file = policy.file_of(pack, FOLDER + name)
    roles = known.get("roles")
    if not isinstance(roles, list) or not roles:
        raise PolicyError(
            "a KPI needs `roles:`, the posts that are scored by it", file=file, key="roles"
        )

    def one_of(key: str, *allowed: str) -> str:
        value = known.get(key, allowed[0])
        if value not in allowed:
            raise PolicyError(
                f"`{key}` is {' or '.join(allowed)}, not {value!r}", file=file, key=key
            )
        return str(value)

    only_where_held = known.get("only_where_held", False)
    if not isinstance(only_where_held, bool):
        raise PolicyError(
            f"`only_where_held` is true or false, not {only_where_held!r}",
            file=file,
            key="only_where_held",
        )
    return Kpi(
        name,
        tuple(str(role) for role in roles),
        cast("Credit", one_of("credit", PERSON, STORE)),
        cast("Direction", one_of("direction", HIGHER, LOWER)),
        str(known.get("statement", "")),
        only_where_held,
    )
