"""What a Dag's task and a command do alike: fetch connections, call stages for a period.

Partition keys arrive as text and are refused in plain words.
"""

from aftercare.runs.answers import count_answers
from aftercare.runs.campaigns import list_campaigns, start_campaign, stop_campaign
from aftercare.runs.delivery import (
    morning,
    open_delivery,
    overdue_night,
    push,
    push_messages,
    tell_late,
    tell_silent_warehouse,
)
from aftercare.runs.house import (
    WORKBOOK,
    Counts,
    crm_targets,
    dealer_system,
    docs_folder,
    message_targets,
    policy,
    target,
    today,
    try_policy,
)
from aftercare.runs.month import (
    closing_day,
    newest_closed_month,
    open_publication,
    publish,
    refuse_open_month,
    score,
)
from aftercare.runs.night import (
    decide_cases,
    know_people,
    make_tasks,
    open_night,
    pull,
    pulled_feeds,
    require_complete,
    settle,
    settle_released,
    sweep,
)
from aftercare.runs.plan import compare_nights, plan_nights
from aftercare.runs.staff import end_absence, enter_absence, list_absences
from aftercare.runs.why import explain_task

__all__ = [
    "WORKBOOK",
    "Counts",
    "closing_day",
    "compare_nights",
    "count_answers",
    "crm_targets",
    "dealer_system",
    "decide_cases",
    "docs_folder",
    "end_absence",
    "enter_absence",
    "explain_task",
    "know_people",
    "list_absences",
    "list_campaigns",
    "make_tasks",
    "message_targets",
    "morning",
    "newest_closed_month",
    "open_delivery",
    "open_night",
    "open_publication",
    "overdue_night",
    "plan_nights",
    "policy",
    "publish",
    "pull",
    "pulled_feeds",
    "push",
    "push_messages",
    "refuse_open_month",
    "require_complete",
    "score",
    "settle",
    "settle_released",
    "start_campaign",
    "stop_campaign",
    "sweep",
    "target",
    "tell_late",
    "tell_silent_warehouse",
    "today",
    "try_policy",
]
