"""Until when a complaint has to be closed."""

from __future__ import annotations

from datetime import date, timedelta

from aftercare.errors import ConfigurationError
from aftercare.rules.policy import Policy
from aftercare.settings import Group

KPI = "kpis/complaint_closed"
"""The KPI that counts who kept the term, and therefore says how long it is."""


def close_by(
    policy: Policy, group: Group, store_code: str, brand: str, received_on: date
) -> date | None:
    """The last day on which a complaint is closed in time, by the policy of the day of its receipt.

    None where the store had no pack that day, or its pack has no such term.
    """
    try:
        pack = group.pack_of(store_code, brand, received_on)
    except ConfigurationError:
        return None
    line = policy.find(pack, KPI, "close_within", received_on)
    return received_on + timedelta(days=int(line.value)) if line else None
