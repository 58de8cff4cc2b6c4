"""Which class a customer is of: who calls them finds the questions of that class in the script."""

from __future__ import annotations

from datetime import date
from typing import Literal

from aftercare.rules.policy import Policy

ITEM = "customer_classes"

CustomerClass = Literal["company", "vip", "general"]


def customer_class(
    policy: Policy, pack: str, day: date, is_company: bool, vehicles: int | None
) -> CustomerClass:
    """The class of who owns a vehicle, and who has so many ``vehicles``; None where nobody knows.

    A task may outlive its pack: then nobody is a VIP any more. Raises PolicyError where the pack does
    not say from how many vehicles on a customer is one.
    """
    if is_company:
        return "company"
    if pack not in policy.packs:
        return "general"
    from_vehicles: int = policy.value(pack, ITEM, "vip_from_vehicles", day, asker="push").value
    return "vip" if vehicles is not None and vehicles >= from_vehicles else "general"
