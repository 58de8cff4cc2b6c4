"""Which coefficients a pack has, and what each is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aftercare.errors import PolicyError
from aftercare.rules.kpis import is_counted, read_kpi
from aftercare.rules.policy import Policy

ITEM = "scoring"
KPI = "kpi"


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of the posts ``roles``, by a score that others give or, if ``is_kpi``, by a KPI.

    ``metric`` names the score or KPI. A KPI that is not counted on the day (``is_counted`` false)
    leaves the coefficient unknown: its entry has no date of its own, and stays for earlier months.
    """

    name: str
    roles: tuple[str, ...]
    metric: str
    is_kpi: bool
    is_counted: bool


def coefficients_of(policy: Policy, pack: str, day: date) -> tuple[Coefficient, ...]:
    """The coefficients of a pack on a day, in their order; one whose bands ended by a dated null is none.

    Raises PolicyError for one that reads what is no KPI of the pack, or one of other posts.
    """
    entries = policy.attributes(pack, ITEM).get("coefficients", ())
    file = policy.file_of(pack, ITEM)
    found = []
    for entry in entries:
        name, metric, roles = entry["name"], entry["metric"], tuple(entry["roles"])
        bands = policy.find(pack, ITEM, f"{name}_bands", day)
        # The entry has no date of its own, and stays for the months before.
        if bands is not None and bands.value is None:
            continue
        is_kpi = entry["source"] == KPI
        counted = is_counted(policy, pack, metric, day) if is_kpi else True
        if counted is None:
            raise PolicyError(
                f"{pack} has no KPI {metric!r}: write the name of one as `metric` of {name}, or take "
                "the entry out",
                file=file,
                key=f"coefficients.{name}",
            )
        others = set(roles) - set(read_kpi(policy, pack, metric).roles) if is_kpi else set()
        if others:
            raise PolicyError(
                f"{metric} does not score {', '.join(sorted(others))}: take them out of `roles` of "
                f"{name}, or add them to those of the KPI",
                file=file,
                key=f"coefficients.{name}",
            )
        found.append(Coefficient(name, roles, metric, is_kpi, counted))
    return tuple(found)
