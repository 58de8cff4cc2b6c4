"""Absences: entered, ended and listed by people; nights give the work to those who are there."""

from __future__ import annotations

from datetime import date
from typing import Any

from aftercare import connections
from aftercare.runs.house import Counts, step, today
from aftercare.settings import read_group


@step
def enter_absence(wanted: Any, user: str) -> Counts:
    """Enters an absence as of today."""
    from aftercare.stages.staff import away

    return away(connections.warehouse_engine(), wanted, user, today(read_group()))


@step
def end_absence(employee_no: str, works_from: date, user: str) -> Counts:
    """Somebody works again from a day on."""
    from aftercare.stages.staff import back

    return back(connections.warehouse_engine(), employee_no, works_from, user, today(read_group()))


@step
def list_absences(since: date) -> list[Counts]:
    """Who is away on a day or later."""
    from aftercare.stages import staff

    return staff.list_absences(connections.warehouse_engine(), since)
