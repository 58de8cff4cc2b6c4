"""Campaigns: started, stopped and listed by people; nights make their tasks."""

from __future__ import annotations

from typing import Any

from aftercare import connections
from aftercare.runs.house import Counts, policy, step, today
from aftercare.settings import read_group


@step
def start_campaign(wanted: Any, user: str) -> Counts:
    """Starts a campaign as of today."""
    from aftercare.stages.campaigns import start

    group = read_group()
    return start(connections.warehouse_engine(), group, policy(), wanted, user, today(group))


@step
def stop_campaign(code: str, user: str) -> Counts:
    """Stops a campaign; the next night takes its open tasks back."""
    from aftercare.stages.campaigns import stop

    return stop(connections.warehouse_engine(), code, user, today(read_group()))


@step
def list_campaigns() -> list[Counts]:
    """All campaigns, the newest first."""
    from aftercare.stages import campaigns

    return campaigns.list_campaigns(connections.warehouse_engine())
