"""A whole month that was missed and then backfilled, beside the month that ran every night."""

from datetime import date, timedelta
from typing import Any

import pytest
from whole_group import Group, whole_group

from aftercare import runs
from aftercare.rules import period
from aftercare.sample.group import SampleGroup

SEED, MONTH, CLOSING, MUCH_LATER = 777, "2026-07", date(2026, 8, 5), "2026-11-21"
NIGHTS = list(period.days(date(2026, 6, 30), CLOSING))
ROWS = {
    "tasks": (
        "select task_key, rule_id, due_on, deadline_on, expires_on, owner_no, status, "
        "status_reason, late_reason, policy_line from care.follow_up_task order by task_key"
    ),
    "repair orders": (
        "select store_code, ro_no, status, exit_on, version_at, vin from core.repair_order order by 1, 2"
    ),
    "sales orders": (
        "select store_code, order_no, status, delivered_on, vin from core.sales_order order by 1, 2"
    ),
    "cases": (
        "select system, feed, business_key, rule_ids, state from quality.quarantine order by 1, 2, 3, 4"
    ),
    "scorecard lines": (
        "select scorecard_id, kpi_id, numerator, denominator, excluded, value, band, coefficient "
        "from score.scorecard_line order by 1, 2"
    ),
    "evidence": (
        "select scorecard_id, kpi_id, row_kind, row_key, is_numerator, is_excluded "
        "from score.evidence order by 1, 2, 3, 4"
    ),
    "proposals": "select proposal_id, step, reason from score.sanction_proposal order by 1",
}


@pytest.fixture(scope="module")
def groups(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in ("every night", "backfilled"):
        folder = tmp_path_factory.mktemp("group")
        sample = SampleGroup(SEED, 3, 1, CLOSING, NIGHTS[0])
        with whole_group(postgres, warehouse_template, folder, sample, NIGHTS[0]) as (made, patch):
            patch.delenv("AIRFLOW_CONN_AFTERCARE_DOCS")
            for day in NIGHTS:
                if day != NIGHTS[0]:
                    made.advance(day)
                morning = (day + timedelta(days=1)).isoformat()
                patch.setenv("AFTERCARE_TODAY", morning if name == "every night" else MUCH_LATER)
                made.night(day)
            patch.setenv("AFTERCARE_TODAY", "2026-08-06" if name == "every night" else MUCH_LATER)
            runs.score(MONTH)
            found[name] = seen(made)
    return found


def seen(made: Group) -> dict[str, Any]:
    return {
        **{name: made.rows(query) for name, query in ROWS.items()},
        "mails": len(made.mailbox.mails()),
        "messages": {
            row["state"] for row in made.rows("select distinct state from outbound.message")
        },
    }


@pytest.mark.parametrize("what", sorted(ROWS))
def test_a_backfilled_month_leaves_the_rows_that_it_would_have_left(groups, what):
    assert what == "proposals" or len(groups["every night"][what]) > 50
    assert groups["backfilled"][what] == groups["every night"][what]


def test_a_backfilled_month_sends_nothing(groups):
    assert groups["every night"]["mails"] == 2 * len(NIGHTS)
    assert groups["backfilled"]["mails"] == 0
    assert groups["backfilled"]["messages"] == {"expired"}


def test_what_nobody_did_in_time_is_missed(groups):
    in_month = [
        task
        for task in groups["backfilled"]["tasks"]
        if f"{task['due_on']:%Y-%m}" == MONTH and task["expires_on"] <= CLOSING
    ]
    assert len(in_month) > 300
    assert {task["status"] for task in in_month} <= {"missed", "withdrawn"}
