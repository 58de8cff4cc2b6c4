"""Nights that were missed and run much later leave the rows that they would have left."""

from datetime import date, timedelta
from typing import Any

import pytest
from whole_group import Group, whole_group

from aftercare.sample.group import SampleGroup

SEED, END = 4242, date(2026, 8, 20)
NIGHTS = [END - timedelta(days=back) for back in (1, 0)]
MUCH_LATER = "2026-11-21"
TASKS = (
    "select task_key, store_code, rule_id, due_on, open_on, deadline_on, expires_on, owner_no, status, "
    "status_reason, late_reason, policy_line, made_day from care.follow_up_task order by task_key"
)
ORDERS = (
    "select store_code, ro_no, status, exit_on, version_at from core.repair_order order by 1, 2"
)
CASES = "select system, business_key, rule_ids, state from quality.quarantine order by 1, 2, 3"


@pytest.fixture(scope="module")
def groups(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in ("on time", "backfilled"):
        folder = tmp_path_factory.mktemp("group")
        sample = SampleGroup(SEED, 3, 1, END, NIGHTS[0])
        with whole_group(postgres, warehouse_template, folder, sample, NIGHTS[0]) as (made, patch):
            for day in NIGHTS:
                if day != NIGHTS[0]:
                    made.advance(day)
                morning = (day + timedelta(days=1)).isoformat()
                patch.setenv("AFTERCARE_TODAY", morning if name == "on time" else MUCH_LATER)
                made.night(day)
            found[name] = seen(made)
    return found


def seen(made: Group) -> dict[str, Any]:
    return {
        "tasks": made.rows(TASKS),
        "orders": made.rows(ORDERS),
        "cases": made.rows(CASES),
        "messages": made.rows("select state, count(*) as n from outbound.message group by 1"),
        "mails": len(made.mailbox.mails()),
        "ledger": made.rows("select state, count(*) as n from outbound.mail group by 1"),
        "lists": len(list((made.folder / "exchange" / "out").rglob("*.xlsx"))),
    }


@pytest.mark.parametrize("what", ["tasks", "orders", "cases"])
def test_backfilled_nights_leave_the_same_rows(groups, what):
    assert len(groups["on time"][what]) > 20
    assert groups["backfilled"][what] == groups["on time"][what]


def test_backfilled_nights_send_nothing(groups):
    assert groups["on time"]["mails"] == 2 * len(NIGHTS)
    assert groups["backfilled"]["mails"] == 0
    assert {row["state"] for row in groups["backfilled"]["ledger"]} <= {"suppressed"}


def test_what_nobody_can_do_in_time_any_more_is_sent_to_nobody(groups):
    states = {row["state"] for row in groups["backfilled"]["messages"]}
    assert states == {"expired"}
    assert {"sent"} <= {row["state"] for row in groups["on time"]["messages"]}
