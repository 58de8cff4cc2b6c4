"""Great Expectations' own counts, and data docs without personal data."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from staged_rows import DAY, VIN, StagedRows

from aftercare.errors import PipelineFault
from aftercare.quality.judge import judge, reconcile
from aftercare.quality.suites import read_suite
from aftercare.warehouse import run


@pytest.fixture
def load_id(warehouse: Engine) -> int:
    """A load of three prepared repair orders, one of them bad."""
    staged = StagedRows(warehouse)
    load_id = staged.load(
        "repair_order", [{}, {"odometer_out_km": 1, "deliverer_phone_cipher": b"13800138000"}, {}]
    )
    with warehouse.begin() as connection:
        for step in ("prepare_repair_order", "mark_versions"):
            binds = {"time_zone": "Asia/Shanghai"} if step.startswith("prepare") else {}
            run(connection, f"quality/{step}", load_id=load_id, **binds)
    return load_id


def test_docs_show_counts_and_nothing_about_a_row(
    warehouse: Engine, load_id: int, tmp_path: Path
) -> None:
    counts = judge(warehouse, read_suite("repair_order"), load_id, DAY, "dms repairs", tmp_path)
    assert {rule: count for rule, count in counts.items() if count} == {"RO08": 1}
    pages = [path for path in tmp_path.rglob("*.html") if "dms repairs" in path.name]
    assert len(pages) == 1
    everything = "".join(page.read_text() for page in tmp_path.rglob("*.html"))
    assert "出厂里程小于进厂里程" in everything
    assert "<script" not in everything
    assert not re.search(r"(?:src|rel)=[^>]*https?:", everything)
    for secret in (VIN, VIN[-4:], "13800138000", "RO-2", str(warehouse.url.password)):
        assert secret not in everything


def test_docs_of_a_day_are_replaced_and_of_other_days_stay(
    warehouse: Engine, load_id: int, tmp_path: Path
) -> None:
    suite = read_suite("repair_order")
    for day in (DAY, DAY, DAY.replace(day=11)):
        judge(warehouse, suite, load_id, day, "dms repairs", tmp_path)
    assert len([path for path in tmp_path.rglob("*.html") if "dms repairs" in path.name]) == 2


def test_a_rule_that_cannot_be_evaluated_is_our_fault(warehouse: Engine, load_id: int) -> None:
    suite = read_suite("repair_order")
    broken = replace(suite, rule_sql={"RO09": "select row_id from batch where no_such_column"})
    with pytest.raises(PipelineFault, match="rule RO09 could not be evaluated"):
        judge(warehouse, broken, load_id, DAY, "dms repairs")


def test_counts_that_differ_are_named_with_both_figures() -> None:
    suite = read_suite("store")
    counted = {rule.rule_id: 0 for rule in suite.rules}
    reconcile(suite, {}, counted)
    with pytest.raises(PipelineFault, match=r"ST04: 3 flagged, 2 counted"):
        reconcile(suite, {"ST04": 3}, counted | {"ST04": 2})
