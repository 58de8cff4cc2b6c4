"""Campaigns: what an operator starts for stores or a region, such as advice on a storm.

A campaign is who started what for which stores from which day; whom it reaches, how and until when is
policy. Its code is used once, and its tasks are numbered by it, so nobody gets one twice. The tasks are
made by the night that prepares its first day, and taken back by the night after it was stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare.errors import BadData, ConfigurationError
from aftercare.rules.events import CAMPAIGNS
from aftercare.rules.follow_ups import follow_ups
from aftercare.rules.policy import Policy
from aftercare.settings import Group
from aftercare.user_roles import require_role
from aftercare.warehouse import rows, run

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,31}")
LONGEST_SUBJECT = 40
"""Letters, so that a message stays one message."""
ROLES = ("operator", "manager")


@dataclass(frozen=True)
class Campaign:
    """What is started; ``stores``, or else all stores of ``region`` that can take part."""

    code: str
    kind: str
    subject: str
    starts_on: date
    stores: tuple[str, ...] = ()
    region: str | None = None


def start(
    engine: Engine, group: Group, policy: Policy, wanted: Campaign, user: str, today: date
) -> dict[str, Any]:
    """Starts a campaign; one that was started just so already stays as it is (``is_new`` False).

    Gives the campaign as it stands, with ``left_out``: stores of the region whose policy has no such
    campaign. Raises BadData for what cannot be started, NotAllowed without a role for all its stores.
    """
    _check(wanted, today)
    with engine.begin() as connection:
        stores, left_out = _stores(connection, group, policy, wanted)
        require_role(connection, stores, user, today, ROLES)
        added = run(
            connection,
            "campaigns/start_campaign",
            campaign_code=wanted.code,
            kind=wanted.kind,
            subject=wanted.subject,
            store_codes=stores,
            starts_on=wanted.starts_on,
            user_name=user,
        ).rowcount
        found = _get(connection, wanted.code)
    same = (wanted.kind, wanted.subject, stores, wanted.starts_on)
    if not added and (
        found["stopped_at"] is not None
        or same != tuple(found[name] for name in ("kind", "subject", "store_codes", "starts_on"))
    ):
        raise BadData(
            f"campaign {wanted.code} was started before, for other stores, another day or another "
            "subject, or was stopped; `aftercare campaign list` shows it. Choose another code"
        )
    return {**found, "is_new": bool(added), "left_out": left_out}


def stop(engine: Engine, code: str, user: str, today: date) -> dict[str, Any]:
    """Stops a campaign; one that was stopped already stays as it is.

    Raises BadData for a code that nobody started, NotAllowed without a role for all its stores.
    """
    with engine.begin() as connection:
        found = _get(connection, code)
        require_role(connection, found["store_codes"], user, today, ROLES)
        run(connection, "campaigns/stop_campaign", campaign_code=code, user_name=user)
        return _get(connection, code)


def list_campaigns(engine: Engine) -> list[dict[str, Any]]:
    """All campaigns, the newest first, with how many tasks each has, open and done."""
    with engine.connect() as connection:
        return rows(connection, "campaigns/list_campaigns")


def _check(wanted: Campaign, today: date) -> None:
    if not CODE.fullmatch(wanted.code):
        raise BadData(
            "a campaign's code has 2 to 32 letters, digits and -, such as storm-2026-07; it ends the "
            "keys of its tasks"
        )
    if wanted.kind not in CAMPAIGNS:
        raise BadData(f"there is no campaign {wanted.kind!r}; there are {', '.join(CAMPAIGNS)}")
    if not 0 < len(wanted.subject.strip()) <= LONGEST_SUBJECT:
        raise BadData(
            f"say in at most {LONGEST_SUBJECT} letters what the message is about; it is one message"
        )
    if wanted.starts_on < today:
        raise BadData(
            f"{wanted.starts_on} is over; a campaign starts today ({today}) at the earliest"
        )
    if bool(wanted.stores) == (wanted.region is not None):
        raise BadData("say for which stores, or for which region, and not both")


def _stores(
    connection: Connection, group: Group, policy: Policy, wanted: Campaign
) -> tuple[list[str], list[str]]:
    """The stores that take part, and those of the region that cannot."""
    known = {row["store_code"]: row for row in run(connection, "campaigns/list_stores").mappings()}
    strange = sorted(set(wanted.stores) - known.keys())
    if strange:
        raise BadData(f"there is no store {', '.join(strange)}; stores are {', '.join(known)}")
    asked = sorted(set(wanted.stores)) or [
        code for code, row in known.items() if row["region"] == wanted.region
    ]
    if not asked:
        regions = sorted({row["region"] for row in known.values() if row["region"]})
        raise BadData(f"no store is in {wanted.region}; regions are {', '.join(regions)}")
    able = [
        code for code in asked if _has_campaign(group, policy, wanted, code, known[code]["brand"])
    ]
    left_out = [code for code in asked if code not in able]
    if not able or (wanted.stores and left_out):
        raise BadData(
            f"the policy of {', '.join(left_out)} has no follow-up of the campaign {wanted.kind} on "
            f"{wanted.starts_on}; leave them out, or give their pack one"
        )
    return able, left_out


def _has_campaign(
    group: Group, policy: Policy, wanted: Campaign, store_code: str, brand: str
) -> bool:
    try:
        pack = group.pack_of(store_code, brand, wanted.starts_on)
    except ConfigurationError:
        return False
    return any(
        each.campaign == wanted.kind and each.event_from <= wanted.starts_on <= each.event_to
        for each in follow_ups(policy, pack)
    )


def _get(connection: Connection, code: str) -> dict[str, Any]:
    found = run(connection, "campaigns/get_campaign", campaign_code=code).mappings().first()
    if found is None:
        raise BadData(
            f"nobody started a campaign {code}; `aftercare campaign list` shows those that there are"
        )
    return dict(found)
