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
    each,
    message_targets,
    policy,
    raise_problems,
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
from aftercare.runs.outbox import (
    decide_messages,
    last_night,
    list_conflicts,
    list_outbox,
    push_despite,
    rehearse_push,
    show_message,
)
from aftercare.runs.plan import compare_nights, plan_nights
from aftercare.runs.scripts import (
    approve_scripts,
    list_approvals,
    list_scripts,
    newest_night,
    unapproved_words,
    wording_faults,
)
from aftercare.runs.staff import end_absence, enter_absence, list_absences
from aftercare.runs.whatif import standing, what_if
from aftercare.runs.why import explain_task

__all__ = [
    "WORKBOOK",
    "Counts",
    "approve_scripts",
    "closing_day",
    "compare_nights",
    "count_answers",
    "crm_targets",
    "dealer_system",
    "decide_cases",
    "decide_messages",
    "docs_folder",
    "each",
    "end_absence",
    "enter_absence",
    "explain_task",
    "know_people",
    "last_night",
    "list_absences",
    "list_approvals",
    "list_campaigns",
    "list_conflicts",
    "list_outbox",
    "list_scripts",
    "make_tasks",
    "message_targets",
    "morning",
    "newest_closed_month",
    "newest_night",
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
    "push_despite",
    "push_messages",
    "raise_problems",
    "refuse_open_month",
    "rehearse_push",
    "require_complete",
    "score",
    "settle",
    "settle_released",
    "show_message",
    "standing",
    "start_campaign",
    "stop_campaign",
    "sweep",
    "target",
    "tell_late",
    "tell_silent_warehouse",
    "today",
    "try_policy",
    "unapproved_words",
    "what_if",
    "wording_faults",
]
