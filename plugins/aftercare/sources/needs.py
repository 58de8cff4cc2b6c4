"""What cannot be done without a canonical column: for drafts, trials and the page on connecting."""

from __future__ import annotations

from typing import Literal, NamedTuple

from aftercare.sources.dealer_system import DealerSystem
from aftercare.sources.feeds import FEEDS

Loss = Literal["key", "held", "tasks", "calls", "names", "flagged"]
"""``key``: the mapping is refused. ``held``: every row is held back. ``tasks``: no task is made.
``calls``: nobody can be called. ``names``: lists do not say who is called. ``flagged``: rows go on, and a rule marks them.
"""
STOPS: tuple[Loss, ...] = ("held", "tasks", "calls")
ORDERS = ("sales_order", "repair_order")
"""The feeds of which tasks are made."""


class Need(NamedTuple):
    """What is lost without a column, and the rule that says so of each row, if there is one."""

    loss: Loss
    rule_id: str | None = None


_BEYOND_KEYS: dict[str, dict[str, Need]] = {
    "store": {"name": Need("held", "ST04"), "brand": Need("held", "ST03")},
    "employee": {"name": Need("held", "EM08")},
    "sales_order": {
        "status": Need("held", "SO12"),
        "delivered_at": Need("tasks"),
        "vin": Need("held", "SO04"),
        "sales_consultant_no": Need("flagged", "SO09"),
        "customer_name": Need("names"),
        "customer_phone": Need("calls", "SO08"),
    },
    "repair_order": {
        "ro_type": Need("held", "RO15"),
        "status": Need("held", "RO16"),
        "opened_at": Need("held", "RO09"),
        "settled_at": Need("tasks", "RO13"),
        "vin": Need("held", "RO04"),
        "service_advisor_no": Need("flagged", "RO11"),
        "deliverer_name": Need("names"),
        "deliverer_phone": Need("calls", "RO10"),
    },
    "call_result": {"called_at": Need("held", "CR04"), "outcome": Need("held", "CR03")},
    "complaint": {"received_at": Need("held", "CP04")},
    "contact_number": {
        "said_at": Need("held", "PN04"),
        "phone": Need("held", "PN05"),
        "replaced_phone": Need("held", "PN07"),
    },
    "external_score": {"scale": Need("held", "XS04"), "value": Need("held", "XS05")},
    "insurance_policy": {
        "kind": Need("held", "IP09"),
        "status": Need("held", "IP10"),
        "starts_on": Need("held", "IP07"),
        "ends_on": Need("held", "IP07"),
        "vin": Need("held", "IP04"),
        "holder_name": Need("names"),
        "holder_phone": Need("flagged", "IP11"),
    },
    "lead": {
        "status": Need("held", "LD05"),
        "created_on": Need("held", "LD04"),
        "defeated_on": Need("tasks", "LD07"),
        "defeat_reason": Need("flagged", "LD10"),
        "customer_name": Need("names"),
        "customer_phone": Need("calls", "LD08"),
    },
    "booking": {
        "status": Need("held", "BK08"),
        "booked_for": Need("held", "BK07"),
        "vin": Need("held", "BK04"),
    },
    "consent": {
        "purpose": Need("held", "CN07"),
        "state": Need("held", "CN08"),
        "said_on": Need("held", "CN09"),
        "customer_phone": Need("flagged", "CN10"),
    },
    "preference": {
        "kind": Need("held", "PR07"),
        "valid_from": Need("held", "PR08"),
        "reason": Need("held", "PR09"),
        "customer_phone": Need("flagged", "PR12"),
    },
    "referral": {
        "referred_on": Need("held", "RF07"),
        "new_order_no": Need("flagged", "RF08"),
        "referrer_phone": Need("flagged", "RF09"),
    },
    "target": {"value": Need("held", "TG04")},
    "rating": {
        "value": Need("held", "RT05"),
        "rater_no": Need("held", "RT07"),
        "reason": Need("held", "RT08"),
    },
    "regional_rank": {"rank_no": Need("held", "RR04"), "ranked": Need("held", "RR05")},
    "nomination": {"reason": Need("held", "NM05")},
}
_RULE_OF_KEY = {
    ("employee", "role"): "EM04",
    ("target", "metric"): "TG02",
    ("rating", "item"): "RT02",
    ("nomination", "award"): "NM02",
    ("nomination", "nominator_no"): "NM07",
}
NEEDS: dict[str, dict[str, Need]] = {
    name: {
        column.name: Need("key", _RULE_OF_KEY.get((name, column.name)))
        if column.name in feed.key
        else _BEYOND_KEYS[name][column.name]
        for column in feed.columns
        if column.name in feed.key or column.name in _BEYOND_KEYS[name]
    }
    for name, feed in FEEDS.items()
}
"""Needed columns by feed, in the feed's order; every other column may be left out."""


def holds_blanks(feed: str, column: str) -> str | None:
    """The rule that holds a row back in which this code is blank; None where it may be."""
    need = NEEDS[feed].get(column)
    return need.rule_id if need is not None and need.loss in ("key", "held") else None


def not_mapped(system: DealerSystem, feed: str) -> dict[str, Need]:
    """Needed columns that a mapping leaves out."""
    mapped = system.feeds[feed].columns
    return {name: need for name, need in NEEDS[feed].items() if name not in mapped}
