"""Two nights of the sample group, by the functions that Dags and commands call.

The second night is run twice. Everything that was written anywhere is searched for what is
personal: logs, mails, data docs, reports, and every file of both databases.
"""

import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from canaries import leaks, unpacked, write_patterns
from click.testing import CliRunner
from sqlalchemy import text
from whole_group import Group, whole_group

from aftercare import runs, warehouse
from aftercare.cli import cli
from aftercare.connections import connection
from aftercare.demo.month import decide_proposals
from aftercare.errors import BadData, ConfigurationError, PeriodRefused
from aftercare.sample.group import SampleGroup
from aftercare.sample.staff import fill_workbooks
from aftercare.sample.truth import canaries
from aftercare.stages.adjustments import list_adjustments

SEED, END = 90210, date(2026, 11, 20)
NIGHTS = (END - timedelta(days=1), END)
LINES = (
    "select line.*, line.xmin::text as version from score.scorecard_line as line "
    "order by scorecard_id, kpi_id"
)
LATE_ORDER = (
    "create temporary table late_order on commit drop as "
    "select * from tt_repair_order where ro_no = :number",
    "update late_order set ro_id = (select max(ro_id) + 1 from tt_repair_order), ro_no = :late, "
    "balance_no = :late, last_balance_no = null, ro_create_date = '2026/10/19 08:30', "
    "complete_time = '2026-10-19 15:00', for_balance_time = '2026-10-19 16:00', "
    "delivery_date = '2026/10/19 16:30', updated_at = :updated",
    "insert into tt_repair_order select * from late_order",
)


@pytest.fixture(scope="module")
def group(
    postgres: Any, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Group]:
    folder = tmp_path_factory.mktemp("group")
    log = logging.FileHandler(folder / "everything.log")
    log.setLevel(logging.DEBUG)
    sample = SampleGroup(SEED, 3, 1, END, NIGHTS[0])
    with whole_group(postgres, warehouse_template, folder, sample, NIGHTS[0]) as (made, patch):
        logging.getLogger().addHandler(log)
        for day in NIGHTS:
            patch.setenv("AFTERCARE_TODAY", (day + timedelta(days=1)).isoformat())
            if day != NIGHTS[0]:
                made.advance(day)
                fill_workbooks(folder / "exchange", sample, day)
            made.night(day)
        yield made
        logging.getLogger().removeHandler(log)
        log.close()


def test_every_row_that_was_pulled_is_accounted_for(group):
    with group.engine.connect() as open_connection:
        loads = open_connection.execute(text("select * from ops.load")).mappings().all()
    assert {load["state"] for load in loads} == {"merged"}
    for load in loads:
        parts = ("promoted", "unchanged", "stale", "collapsed", "quarantined")
        assert load["pulled"] == sum(load[part] for part in parts), dict(load)
    assert sum(load["pulled"] for load in loads) > 5_000
    assert all(
        sum(load[part] for load in loads) for part in ("promoted", "unchanged", "quarantined")
    )


def test_every_task_that_was_due_is_accounted_for_with_its_reason(group):
    relisted = 0
    for day in reversed(NIGHTS):
        with group.engine.connect() as open_connection:
            ways = (
                warehouse.run(open_connection, "ops/count_tasks_of_night", day=day).mappings().all()
            )
        counts = group.counts["tasks", day.isoformat()]
        # What waited for another contact stands on the list of the night that let it go.
        assert sum(way["tasks"] for way in ways) == counts["due"] - relisted > 0
        relisted += counts["reopened"]
        ended = {"sent", "held", "postponed", "missed", "withdrawn", "done"}
        assert {way["way"] for way in ways} <= ended
        assert all(way["reason"] for way in ways if way["way"] != "sent")


def test_the_list_of_each_store_and_the_morning_mail_are_there(group):
    for store in group.sample.store_codes:
        assert list((group.folder / "exchange" / "out" / store).glob("*.xlsx"))
    subjects = [path.name for path in group.mailbox.mails()]
    assert len(subjects) == 4, subjects  # operator and steward, two mornings


def test_what_staff_fill_in_comes_back(group):
    with group.engine.connect() as open_connection:
        results = open_connection.scalar(text("select count(*) from core.call_result"))
        done = open_connection.scalar(
            text("select count(*) from care.follow_up_task where status = 'done'")
        )
    assert results > 20
    assert done > 10


def test_the_same_night_again_changes_nothing(group):
    before, mails = group.state(), len(group.mailbox.mails())
    group.night(END, again=" again")
    key = END.isoformat()
    for system in (*runs.open_night(key),):
        for feed, counts in group.counts["settle again", key, system].items():
            assert counts["promoted"] == 0, (system, feed, counts)
    assert group.counts["tasks again", key]["changed"] == 0
    assert group.counts["push again", key, "workbook"]["changed"] == 0
    after = group.state()
    for name, rows in before.items():
        assert len(after[name]) == len(rows), name
        changes = [
            (name, [column for column in was if was[column] != row[column]])
            for was, row in zip(rows, after[name], strict=True)
            if was != row
        ]
        assert changes == []
    assert len(group.mailbox.mails()) == mails


def test_nothing_personal_stands_where_it_must_not(group, postgres):
    values = {value for _, value in canaries(group.sample.world, END)}
    assert len(values) > 5_000
    patterns = write_patterns(group.folder / "patterns.txt", values)
    with group.engine.connect() as open_connection:
        oid = open_connection.scalar(
            text("select oid from pg_database where datname = current_database()")
        )
    with group.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as open_connection:
        open_connection.execute(text("checkpoint"))
    places = [
        unpacked(group.folder / "mails", group.folder / "unpacked"),
        group.folder / "docs",
        group.folder / "everything.log",
        postgres.data_dir / "base" / str(oid),
        postgres.log_file,
    ]
    counts = group.folder / "counts.json"
    counts.write_text(json.dumps(list(group.counts.values()), default=str, ensure_ascii=False))
    assert leaks(patterns, [*places, counts]) == []
    # The search can find: the lists, from which staff call, hold what a call needs.
    lists = unpacked(group.folder / "exchange" / "out", group.folder / "unpacked-lists")
    assert leaks(patterns, [lists])


def test_plans_and_stories_change_nothing_and_tell_nothing_personal(group):
    before = group.state()
    tomorrow = END + timedelta(days=1)
    planned = runs.plan_nights(tomorrow, tomorrow)
    said = [CliRunner().invoke(cli, ["plan", "--day", tomorrow.isoformat(), "--list"])]
    keys = [row["task_key"] for row in group.rows("select task_key from care.follow_up_task")]
    said += [CliRunner().invoke(cli, ["why", key]) for key in keys[:: len(keys) // 8]]
    said.append(CliRunner().invoke(cli, ["answers", f"{END:%Y-%m}", "--by-store"]))
    assert group.state() == before
    assert {told.exit_code for told in said} == {0}
    assert planned.nights[0].counts["made"] > 0
    patterns = write_patterns(
        group.folder / "patterns-said.txt",
        {value for _, value in canaries(group.sample.world, END)},
    )
    file = group.folder / "said.txt"
    file.write_text("".join(told.output for told in said), encoding="utf-8")
    assert leaks(patterns, [file]) == []


def test_an_open_day_is_refused(group):
    with pytest.raises(PeriodRefused, match="is not over yet"):
        runs.open_night((END + timedelta(days=1)).isoformat())


def test_a_night_without_a_system_is_called_incomplete(group):
    with pytest.raises(BadData, match="another: nothing was read"):
        runs.require_complete(END.isoformat(), ["another"])


def test_a_night_that_was_not_opened_is_told_to_people(group, monkeypatch):
    day = END + timedelta(days=1)
    monkeypatch.setenv("AFTERCARE_TODAY", (day + timedelta(days=1)).isoformat())
    with pytest.raises(BadData, match=r"heyuan_dms: nothing was read; .*no tasks were made"):
        runs.require_complete(day.isoformat(), None)
    assert f"{day:%m-%d}" in group.mailbox.mails()[-1].name
    assert "不完整" in group.mailbox.mails()[-1].name


def test_a_connection_never_shows_its_password(group):
    assert "password" not in repr(connection("aftercare_warehouse"))


def test_an_order_that_its_system_deletes_leaves_the_list(group):
    [task] = group.rows(
        "select t.task_key, t.document_no from care.follow_up_task as t "
        "join core.repair_order as d on t.store_code = d.store_code and t.document_no = d.ro_no "
        "join ops.load as l using (load_id) "
        "where t.status = 'open' and l.system = 'heyuan_dms' order by t.task_key limit 1"
    )
    with group.dealer.begin() as dealer:
        deleted = text("delete from tt_repair_order where ro_no = :number")
        dealer.execute(deleted, {"number": task["document_no"]})
    key = END.isoformat()
    done = CliRunner().invoke(cli, ["sweep", key, "--system", "heyuan_dms"])
    assert done.exit_code == 0, done.exception
    swept = json.loads(done.output)["heyuan_dms"]
    assert set(swept) == set(runs.dealer_system("heyuan_dms").feeds)
    assert swept["repair_order"]["vanished"] >= 1
    assert swept["store"] == {}
    runs.make_tasks(key)
    tasks = group.rows("select task_key, status, status_reason from care.follow_up_task")
    withdrawn = {"status": "withdrawn", "status_reason": "document_gone"}
    assert {"task_key": task["task_key"], **withdrawn} in tasks


def test_a_system_that_is_not_there_is_not_swept(group):
    with pytest.raises(ConfigurationError, match="there is no system sap; systems are heyuan_dms"):
        runs.sweep(END.isoformat(), "sap")


def test_a_late_repair_order_adjusts_an_approved_month_whose_figures_stay(group, monkeypatch):
    """The order comes the way of every order: from its system, by the next night, into core."""
    month, late_no, later = "2026-10", "GDLATE0001", END + timedelta(days=1)
    runs.score(month)
    with group.engine.begin() as open_connection:
        open_connection.execute(
            text("insert into ops.user_role (user_name, role, store_code) values ('hr', 'hr', '*')")
        )
    decide_proposals(month)
    assert runs.publish(month, "hr")["published"] == 1
    issued = group.rows(LINES)
    lost, *_ = group.rows(
        "select row_key from score.evidence join score.scorecard using (scorecard_id) "
        "where month = '2026-10' and kpi_id = 'loss_rate' and is_numerator "
        "and store_code like 'CA%' order by row_key limit 1"
    )
    with group.dealer.begin() as dealer:
        came = {"number": lost["row_key"].split("|")[1], "late": late_no, "updated": later}
        for each in LATE_ORDER:
            dealer.execute(text(each), came)
    monkeypatch.setenv("AFTERCARE_TODAY", (later + timedelta(days=1)).isoformat())
    for act in (runs.pull, runs.settle):
        act(later.isoformat(), "heyuan_dms")
    runs.make_tasks(later.isoformat())
    orders = group.rows("select ro_no from core.repair_order")
    assert {"ro_no": late_no} in orders
    # What the next month does first.
    assert set(runs.adjust("2026-11")) == {month}
    assert group.rows(LINES) == issued
    found = list_adjustments(group.engine, month)
    assert {row["kpi_id"] for row in found} == {"loss_rate"}
    for row in found:
        assert row["new_numerator"] == row["old_numerator"] - 1
