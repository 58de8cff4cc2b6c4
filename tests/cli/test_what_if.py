"""What a draft would make of closed months is what scoring by it makes, and looking leaves no trace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from scored_month import MONTH, POLICY, TODAY, ScoredMonth, nominated
from sqlalchemy import Engine, inspect, text
from whole_group import database

from aftercare import connections, runs, warehouse
from aftercare.cli import cli
from aftercare.errors import BadData, ConfigurationError, PeriodRefused, PolicyError
from aftercare.reports.backfilled import backfilled_months
from aftercare.reports.what_if import FIGURES
from aftercare.rules.policy import Policy
from aftercare.stages.policy import load_policy
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.scorecards import score_month, would_score

SCHEMAS = ("ops", "staging", "quality", "core", "care", "outbound", "score")
SATISFIED = "house/kpis/satisfied_share"
JUNE = date(2026, 6, 1)
WARNING = f"{MONTH}.E1.oral_warning"


@pytest.fixture
def month(warehouse: Engine, monkeypatch: pytest.MonkeyPatch) -> ScoredMonth:
    """Two people in June, scored: E1 with a reason for a warning, E2 without."""
    monkeypatch.setenv("AFTERCARE_TODAY", TODAY.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(database(warehouse)))
    connections.forget()
    made = ScoredMonth(warehouse)
    load_policy(warehouse, made.policy)
    made.store()
    made.person("E1", name="李梅")
    made.person("E2", name="王强")
    made.role("hr.li", "hr")
    made.answered("E1", [9] * 7 + [6] * 3)
    made.answered("E2", [9] * 8 + [3] * 2)
    scored(made)
    return made


def scored(month: ScoredMonth, policy: Policy | None = None) -> None:
    by = policy or month.policy
    score_month(month.engine, month.group, by, MONTH, TODAY)
    propose(month.engine, month.group, by, MONTH)


def published(month: ScoredMonth) -> None:
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    with month.engine.begin() as connection:
        warehouse.run(
            connection,
            "score/keep_publication",
            month=MONTH,
            approved_by="hr.li",
            is_told=True,
            tells_employees=False,
        )
        warehouse.run(connection, "score/close_month", month=MONTH)


@pytest.fixture
def say(month: ScoredMonth) -> Callable[..., Result]:
    """Runs `aftercare whatif` in English."""

    def run(*words: str, language: str = "en") -> Result:
        return CliRunner().invoke(cli, ["whatif", MONTH, "--language", language, *words])

    return run


def everything(engine: Engine) -> dict[str, str | None]:
    """A digest of all rows of each table, with the versions that the database gave them."""
    with engine.connect() as connection:
        return {
            f"{schema}.{name}": connection.execute(
                text(
                    "select md5(string_agg(concat_ws('|', xmin, ctid, t), e'\\n' order by ctid)) "  # noqa: S608
                    f"from {schema}.{name} as t"
                )
            ).scalar_one()
            for schema in SCHEMAS
            for name in inspect(connection).get_table_names(schema=schema)
        }


@pytest.fixture
def draft(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the policy with lines of one value added or replaced."""

    def make(item: str, name: str, values: dict[date, object]) -> Path:
        copy = tmp_path / "draft"
        if not copy.exists():
            shutil.copytree(POLICY, copy)
        path = copy / f"{item}.yaml"
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        data[name]["values"] |= values
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return copy

    return make


def found(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.exception
    (only,) = json.loads(result.stdout)["months"]
    return dict(only)


def test_a_draft_shows_who_would_score_what_beside_what_stands(
    say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    shown = say("--policy", str(draft(SATISFIED, "satisfied_from", {JUNE: 6}))).output
    assert "2026-06 (not published), policy " in shown
    assert "2 of 2 people would score otherwise; lines that differ: 2" in shown
    assert "E1 李梅 (SC, SK01) Satisfied share: Value 70% → 100%, Met ▼ → ✓, Rank 2 → 1" in shown
    assert "E2 王强 (SC, SK01) Satisfied share: Rank 1 → 2" in shown
    summary = next(line for line in shown.splitlines() if line.startswith("  sales care SC"))
    assert summary.split()[-6:] == ["2", "2", "1", "0", "1", "0"]
    assert f"would not be proposed: {WARNING} 李梅: Oral warning" in shown
    assert shown.endswith("Only tried out: nothing was written.\n")


def test_what_a_draft_shows_is_what_scoring_by_it_gives(
    month: ScoredMonth, say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    folder = draft(SATISFIED, "satisfied_from", {JUNE: 6})
    draft(SATISFIED, "target_sc", {JUNE: 0.75})
    draft(
        "skoda-dealer/scoring",
        "follow_up_rate_bands",
        {JUNE: [{"at_least": None, "coefficient": 0.5}]},
    )
    month.complaint("E2")
    told = found(say("--policy", str(folder), "--json"))
    policy = Policy.load(folder)
    load_policy(month.engine, policy)
    before = month.rows("score.scorecard_line")
    scored(month, policy)
    cards = {row["scorecard_id"] for row in month.rows("score.scorecard", month=MONTH)}
    old = {(row["scorecard_id"], row["kpi_id"]): row for row in before}
    kept = {
        (row["scorecard_id"], row["kpi_id"]): row
        for row in month.rows("score.scorecard_line")
        if row["scorecard_id"] in cards
    }
    names = [name for name in FIGURES if name not in ("rank", "is_trial")]
    differing = {
        key for key, row in kept.items() if any(row[name] != old[key][name] for name in names)
    }
    lines = {(row["scorecard_id"], row["kpi_id"]): row for row in told["lines"]}
    assert differing
    assert differing <= lines.keys()
    for key, row in lines.items():
        for name in names:
            assert plain(kept[key][name]) == row["would"][name], (key, name)
    proposals = {row["proposal_id"] for row in list_proposals(month.engine, MONTH)}
    come = {row["proposal_id"] for row in told["proposals"] if row["kind"] == "comes"}
    assert come == {f"{MONTH}.E2.oral_warning"} == proposals


def plain(value: object) -> object:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


@pytest.mark.parametrize("is_published", [False, True])
def test_after_a_look_every_table_is_as_it_was(
    month: ScoredMonth,
    say: Callable[..., Result],
    draft: Callable[..., Path],
    tmp_path: Path,
    is_published: bool,
) -> None:
    if is_published:
        published(month)
    folder = str(draft(SATISFIED, "satisfied_from", {JUNE: 6}))
    before = everything(month.engine)
    assert before["score.scorecard_line"]
    for words in (
        ("--policy", folder),
        ("--policy", folder, "--json"),
        ("--as-of", "2027-01-01", "--policy", folder, "--list"),
        ("--policy", folder, "--output", str(tmp_path / "hr.xlsx")),
        (),
    ):
        assert say(*words).exit_code == 0
        assert everything(month.engine) == before, words


def test_a_published_month_shows_what_was_decided_of_a_proposal_that_would_go(
    month: ScoredMonth, say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    published(month)
    shown = say("--policy", str(draft(SATISFIED, "satisfied_from", {JUNE: 6}))).output
    assert "2026-06 (published)" in shown
    assert f"would not be proposed: {WARNING} 李梅" in shown
    assert "now ✓ approved" in shown


def test_what_came_since_is_told_apart_from_what_the_draft_does(
    month: ScoredMonth, say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    published(month)
    month.answered("E2", [9] * 10)
    folder = draft("skoda-dealer/kpis/follow_up_coverage", "target_sc", {JUNE: 0.5})
    told = found(say("--policy", str(folder), "--json"))
    causes = {
        (row["employee_no"], row["kpi_id"]): row["causes"]
        for row in told["lines"]
        if row["kpi_id"] in ("follow_up_coverage", "satisfied_share")
    }
    assert causes["E1", "follow_up_coverage"] == ["draft"]
    assert causes["E2", "follow_up_coverage"] == ["draft", "rows"]
    assert causes["E2", "satisfied_share"] == ["rows"]
    shown = say("--policy", str(folder)).output
    assert "differ only by rows that came since the month was scored, whatever the draft: " in shown
    assert "partly by rows that came since" in shown
    assert "E2 王强 (SC, SK01) Satisfied share" not in shown
    without = say().output
    assert "by rows that came since it was scored, 1 of 2 people" in without
    assert "E2 王强 (SC, SK01) Satisfied share: Value 80% → 90%" in without


def test_a_line_that_begins_later_is_named_and_can_be_tried_as_of_its_day(
    say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    folder = str(draft(SATISFIED, "satisfied_from", {date(2027, 1, 1): 6}))
    plainly = say("--policy", folder).output
    assert "0 of 2 people would score otherwise" in plainly
    assert "Lines of the draft that begin later and that these months do not ask: 1" in plainly
    as_of = say("--policy", folder, "--as-of", "2027-01-01").output
    assert "2 of 2 people would score otherwise" in as_of
    assert "begin later" not in as_of
    before = say("--policy", folder, "--as-of", "2026-12-31").output
    assert "0 of 2 people would score otherwise" in before


def test_ranks_are_of_everybody_though_one_store_is_shown(
    month: ScoredMonth, say: Callable[..., Result], draft: Callable[..., Path]
) -> None:
    month.store("SK02")
    month.person("E3", store_code="SK02")
    month.answered("E3", [9] * 9 + [1], store_code="SK02")
    scored(month)
    folder = str(draft(SATISFIED, "satisfied_from", {JUNE: 6}))
    told = found(say("--policy", folder, "--store", "SK02", "--json"))
    ranks = [
        (row["was"]["rank"], row["would"]["rank"])
        for row in told["lines"]
        if row["employee_no"] == "E3" and row["kpi_id"] == "satisfied_share"
    ]
    assert ranks == [(1, 2)]
    assert {row["store_code"] for row in told["lines"]} == {"SK02"}
    assert told["proposals"] == []


def test_several_months_are_shown_one_after_the_other(
    month: ScoredMonth, say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_TODAY", "2026-08-06")
    assert isinstance(say("--to", "2026-07").exception, PeriodRefused)
    score_month(month.engine, month.group, month.policy, "2026-07", date(2026, 8, 6))
    shown = say("--to", "2026-07").output
    assert shown.index("2026-06 (") < shown.index("2026-07 (")
    assert isinstance(say("--to", "2026-05").exception, PeriodRefused)


def test_a_month_scored_again_counts_what_changed_and_a_frozen_one_what_would(
    month: ScoredMonth,
) -> None:
    def counts(before: dict[str, Any]) -> dict[str, int]:
        (made,) = backfilled_months([MONTH], before, runs.standing([MONTH]), {MONTH: "success"})
        return {name: made.counts[name] for name in ("new", "changed", "gone", "went", "differs")}

    nothing = dict.fromkeys(("new", "changed", "gone", "went", "differs"), 0)
    before = runs.standing([MONTH])
    scored(month)
    assert counts(before) == nothing
    month.answered("E1", [9] * 10)
    scored(month)
    changed = counts(before)
    assert changed["changed"] >= 1
    assert changed == nothing | {"changed": changed["changed"], "went": 1}
    decided = runs.standing([MONTH])
    month.complaint("E1")
    scored(month)
    decide(month.engine, month.group, month.policy, [WARNING], "approve", "", "hr.li", TODAY)
    month.answered("E1", [1] * 10)
    scored(month)
    after = runs.standing([MONTH])
    assert (decided[MONTH].is_frozen, after[MONTH].is_frozen) == (False, True)
    assert counts(after) == nothing | {"differs": after[MONTH].differs}
    assert after[MONTH].differs
    never = runs.standing(["2026-05"])["2026-05"]
    assert (never.scored.lines, never.is_frozen, never.differs) == ([], False, 0)


def test_months_that_are_open_or_were_never_scored_are_refused(
    say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(month: str) -> BaseException | None:
        return CliRunner().invoke(cli, ["whatif", month]).exception

    assert "still open" in str(asked("2026-07"))
    assert "no scorecards yet" in str(asked("2026-05"))
    assert isinstance(asked("June"), PeriodRefused)
    assert isinstance(say("--store", "XX").exception, BadData)


def test_a_broken_draft_is_refused_with_file_line_and_key(
    say: Callable[..., Result], draft: Callable[..., Path], tmp_path: Path
) -> None:
    folder = draft(SATISFIED, "satisfied_from", {JUNE: "many"})
    problem = say("--policy", str(folder)).exception
    assert isinstance(problem, ConfigurationError)
    assert (problem.key, Path(str(problem.file)).name) == (
        "satisfied_from.values.2026-06-01",
        "satisfied_share.yaml",
    )
    assert problem.line
    shutil.rmtree(folder)
    edited = draft(SATISFIED, "target_sc", {date(2012, 1, 1): 0.5})
    problem = say("--policy", str(edited)).exception
    assert isinstance(problem, PolicyError)
    assert "decided something with another value" in str(problem)
    assert (problem.key, bool(problem.line)) == ("target_sc", True)


def test_a_look_waits_for_nobody_and_nobody_for_it(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    held = text(
        "select distinct mode from pg_locks as l inner join pg_class as c on l.relation = c.oid "
        "where l.pid = pg_backend_pid() and c.relpersistence <> 't' and c.relnamespace <> "
        "cast('pg_catalog' as regnamespace) and c.relnamespace <> cast('pg_toast' as regnamespace)"
    )
    with warehouse.rehearsal(month.engine) as rehearsal:
        would_score(rehearsal.engine, month.group, month.policy, MONTH, TODAY)
        modes = set(rehearsal.look().execute(held).scalars())
    assert modes == {"AccessShareLock"}
    with month.engine.begin() as night:
        warehouse.run(night, "care/lock_tasks")
        warehouse.run(night, "merge/lock_core")
        warehouse.run(night, "score/lock_month", month=MONTH)
        night.execute(text("update score.scorecard_line set note = note"))
        assert say().exit_code == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbook_has_all_lines_with_both_sides(
    month: ScoredMonth,
    say: Callable[..., Result],
    draft: Callable[..., Path],
    tmp_path: Path,
    language: str,
) -> None:
    file = tmp_path / "hr.xlsx"
    folder = str(draft(SATISFIED, "satisfied_from", {JUNE: 6}))
    said = say("--policy", folder, "--output", str(file), language=language)
    assert str(file) in said.output
    book = openpyxl.load_workbook(file)
    summary, lines, proposals, guide = book.worksheets
    heads = [cell.value for cell in lines[1]]
    row = dict(zip(heads, (cell.value for cell in lines[2]), strict=True))
    value = {
        "zh": ("数值（现有）", "数值（试算）"),
        "en": ("Value, as it stands", "Value, as it would be"),
    }
    assert [row[name] for name in value[language]] == [0.7, 1]
    assert summary.max_row == 2
    assert proposals.cell(2, 2).value == WARNING
    assert guide.max_row > 5
    every = str([[cell.value for cell in each] for sheet in book for each in sheet.iter_rows()])
    assert "VIN0" not in every
    assert isinstance(say("--output", str(file)).exception, BadData)


def test_rewards_are_not_tried_and_not_said_to_go(
    month: ScoredMonth, say: Callable[..., Result]
) -> None:
    nominated(month)
    shown = say().output
    assert "would not be proposed" not in shown
    assert "innovation" not in shown
