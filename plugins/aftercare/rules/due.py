"""When a follow-up opens, is due, must be reached and expires.

``FollowUp`` is one follow-up of one pack for a range of event days on which none of its policy
values changes. ``due_dates`` gives the dates of one event, and ``look_back`` says which event days a
night has to look at.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from aftercare.rules.calendar import ONE_DAY, OpenDays
from aftercare.rules.events import Event, Party, Purpose
from aftercare.rules.festivals import Festival

LateReason = Literal["late_by_design", "late_by_calendar"]


@dataclass(frozen=True, slots=True)
class Offset:
    """Calendar months, then days, after an event; days before it are negative."""

    months: int = 0
    days: int = 0

    def later(self, months: int) -> Offset:
        """The same, so many months later."""
        return Offset(self.months + months, self.days)

    def after(self, day: date) -> date:
        """The day that many months and days later; months end on the month's last day at most."""
        months = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """The latest day of which every earlier day's ``after`` lies before ``day``, or less."""
        return Offset(months=-self.months).after(day - timedelta(days=self.days))

    def first(self, day: date) -> date:
        """The earliest day whose ``after`` is ``day`` or later."""
        before = self.before(day)
        return before if self.after(before) >= day else before + ONE_DAY


@dataclass(frozen=True, slots=True)
class DueDates:
    """The dates of a task; ``late_reason`` says why it cannot be made in the rule's own time."""

    open_on: date
    due_on: date
    deadline_on: date
    expires_on: date
    late_reason: LateReason | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """What becomes of a call that nobody answers and of a message that cannot be sent.

    ``attempts`` half-days in vain, the second half beginning at the hour ``afternoon_from``, then, with
    ``message_after``, a message by ``missed_script``. ``message_script`` is for those who want messages
    instead of calls, ``otherwise_*`` for a message's call. ``own_scripts``: which of the two messages' scripts
    the follow-up names itself; the others are the house's.
    """

    attempts: int
    afternoon_from: int
    message_after: bool
    missed_script: str
    message_script: str
    otherwise_channel: str | None = None
    otherwise_script: str | None = None
    own_scripts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FollowUp:
    """A follow-up of a pack for events from ``event_from`` to ``event_to``, both included.

    ``ruled_after``: how long after its event the day lies whose policy and pack it follows; ``ruled_from`` is
    the first such day with these values, ``reach`` see ``aftercare.rules.reach``. ``is_by_design``: due
    within hours, which a night cannot meet. ``cover_role`` does the work while all with ``owner_role`` are
    away. ``day_after``: the follow-up with whose day this one must not share its own, where that one is made.
    ``usages``: the uses of a vehicle that it is for, none for all; ``sale_types``: the kinds of sale,
    likewise, where one that the order does not tell is ``new``, and without ``used`` the car was neither
    delivered nor maintained before. ``is_until_service``: once the car came for maintenance there is nothing
    to do. ``is_mergeable``: what it has to say can be said in another call to the same person. ``party``: see
    ``rules.events.PARTY``. ``is_counted``: whether rates of follow-ups on scorecards count it, whatever
    customers call it (``about``). ``is_face_to_face``: the customer is met, so that it takes nobody's one
    contact of the day. ``is_sequence``: what has its rule and document are steps of one matter, so that who
    wants none of it has no later ones. ``booked_days``: how long after its day a visit that was agreed on
    still silences it, None until the next service. ``is_on_day``: it belongs to its due day and opens then;
    on a closed day the last open one before, on which ``opens`` lets it. ``festivals`` and ``campaign`` say
    of which it is, ``known_months`` how long ago the last visit or the delivery may lie of those whom it is
    for. ``satisfaction_from`` and ``satisfaction_to``: the marks of a customer, both included, that it sees
    to; ``has_trouble``: complaints and faults that were not cleared, whatever the mark. ``odometer_from``
    kilometres and ``cost_from`` yuan: it is only for visits at which the odometer first read as much, or
    which cost as much; both where both are given. ``quiet_months``: for so long after its vehicle's last task
    of this rule there is no other one.
    """

    pack: str
    stem: str
    rule_id: str
    occurrence: int
    event: Event
    event_from: date
    event_to: date
    ruled_from: date
    ruled_after: Offset
    reach: str
    opens: Offset
    due: Offset
    deadline: Offset
    expires: Offset
    is_by_design: bool
    day_after: Offset | None
    owner_role: str
    cover_role: str | None
    channel: str
    script: str
    contact: str
    priority: int
    about: str
    purpose: Purpose
    is_mergeable: bool
    usages: tuple[str, ...]
    sale_types: tuple[str, ...]
    is_until_service: bool
    party: Party
    is_counted: bool
    is_face_to_face: bool
    is_sequence: bool
    booked_days: int | None
    is_on_day: bool
    festivals: tuple[Festival, ...]
    known_months: int | None
    campaign: str | None
    satisfaction_from: int | None
    satisfaction_to: int | None
    has_trouble: bool
    odometer_from: int | None
    cost_from: Decimal | None
    quiet_months: int | None
    ways: Ways
    policy_line: str
    line_ids: tuple[str, ...]


def due_dates(follow_up: FollowUp, event_on: date, open_days: OpenDays) -> DueDates:
    """The dates of the task that an event makes.

    A deadline on a closed day moves to the last open day before it on which the task is open
    already, else to the first open day after it, which is late by calendar.
    """
    first = follow_up.opens.after(event_on)
    if follow_up.day_after:
        first = max(first, open_days.next_open(follow_up.day_after.after(event_on)) + ONE_DAY)
    open_on = open_days.next_open(first)
    if follow_up.is_on_day:
        open_on = _place(follow_up.due.after(event_on), follow_up.opens.after(event_on), open_days)
    due_on = _place(follow_up.due.after(event_on), open_on, open_days)
    last_day = follow_up.deadline.after(event_on)
    deadline_on = max(due_on, _place(last_day, open_on, open_days))
    expires_on = max(deadline_on, follow_up.expires.after(event_on))
    late_reason: LateReason | None = None
    if follow_up.is_by_design:
        late_reason = "late_by_design"
    elif due_on > last_day:
        late_reason = "late_by_calendar"
    return DueDates(open_on, due_on, deadline_on, expires_on, late_reason)


def _place(wanted: date, open_on: date, open_days: OpenDays) -> date:
    """The wanted day, or the nearest open day on which the task is open: earlier, else later."""
    before = open_days.previous_open(wanted)
    return before if before >= open_on else max(open_on, open_days.next_open(wanted))


def look_back(
    follow_up: FollowUp, day: date, horizon: date, calendars: Collection[OpenDays]
) -> tuple[date, date]:
    """First and last event day of tasks that open by ``horizon`` and expire on ``day`` or later.

    A few days too wide where months or closed days make it uneven: the exact dates decide.
    """
    # A task outlives its offsets only across the closed days before the day; where it gives way to
    # another one, that one may have been moved across closed days too, and then there are two runs.
    since = day
    for open_days in calendars:
        before = open_days.previous_open(day - ONE_DAY)
        if follow_up.day_after:
            before = open_days.previous_open(before - ONE_DAY)
        since = min(since, before + ONE_DAY)
    offsets = [follow_up.opens, follow_up.due, follow_up.deadline, follow_up.expires]
    first = min(offset.before(since) for offset in (*offsets, follow_up.day_after) if offset)
    month_end_days = 3 if follow_up.opens.months else 0
    return first, follow_up.opens.before(horizon) + timedelta(days=month_end_days)
