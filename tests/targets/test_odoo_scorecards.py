"""Published months of stores in a real Odoo 19: tasks of a project that only those see who are to."""

import dataclasses
from typing import Any

import pytest
from crm_records import a_scorecard, moved, sent, withdrawal
from odoo_project import STORE
from odoo_project import odoo_with_project as odoo_with_project

from aftercare.errors import ConfigurationError

SENDER = "aftercare"


@pytest.fixture
def odoo(odoo_with_project: Any) -> Any:
    """The project, empty."""
    ids = [row["id"] for row in months(odoo_with_project)]
    if ids:
        odoo_with_project.call(
            "project.task", "write", ids=ids, vals={"active": False, "name": "-"}, login=SENDER
        )
    return odoo_with_project


def months(odoo: Any, *fields: str) -> list[dict[str, Any]]:
    return odoo.find("project.task", [["name", "like", "月度评分"]], *fields, login=SENDER)


def section(odoo: Any, **changes: Any) -> Any:
    scorecard = odoo.mapping.scorecard.model_copy(update=changes)
    mapping = odoo.mapping.model_copy(update={"scorecard": scorecard})
    return dataclasses.replace(odoo, mapping=mapping).target


def test_a_month_is_one_task_of_the_project_and_a_correction_changes_it(odoo: Any) -> None:
    odoo.target.check()
    (record,) = sent(odoo.target, [a_scorecard(1)])
    (again,) = sent(odoo.target, [a_scorecard(1)])
    assert again.crm_id == record.crm_id
    (stamp,) = months(odoo, "write_date")
    sent(odoo.target, [record])
    assert months(odoo, "write_date") == [stamp]
    sent(
        odoo.target, [moved(record, summary="售后关爱 AC · 回访率：80%（公布后有更正，现为 90%）")]
    )
    (task,) = months(odoo, "name", "description", "project_id", "active")
    assert (task["name"], task["project_id"][1]) == ("月度评分 2026-02 重庆1店", "门店评分")
    assert "月份: 2026-02" in task["description"]
    assert "公布后有更正，现为 90%" in task["description"]
    assert task["active"]


def test_what_is_said_of_figures_is_text_and_no_markup(odoo: Any) -> None:
    sent(odoo.target, [a_scorecard(2)])
    (task,) = months(odoo, "description")
    assert "未达标）<br>本店 · 投诉 &lt;关闭&gt;：100%" in task["description"]


def test_a_month_stands_at_the_company_that_is_the_store_where_the_mapping_says_so(
    odoo: Any,
) -> None:
    target = section(odoo, store="partner_id")
    target.check()
    sent(target, [a_scorecard(3, store_code="CA01"), a_scorecard(4)])
    found = [task["partner_id"] for task in months(odoo, "partner_id")]
    assert [partner and partner[1] for partner in found] == [STORE, False]


def test_who_is_not_invited_sees_none(odoo: Any) -> None:
    sent(odoo.target, [a_scorecard(5)])
    assert odoo.find("project.project", [["name", "=", "门店评分"]], login=SENDER)
    assert len(months(odoo)) == 1
    assert odoo.find("project.task", [["name", "like", "月度评分"]]) == []


def test_a_month_is_never_taken_back(odoo: Any) -> None:
    (record,) = sent(odoo.target, [a_scorecard(6)])
    (outcome,) = odoo.target.withdraw([withdrawal(record)])
    assert (outcome.state, len(months(odoo))) == ("rejected", 1)


@pytest.mark.parametrize(
    ("changes", "where", "why"),
    [
        ({"model": "x_scorecard"}, "scorecard.model", "no such model"),
        ({"store": "shop_id"}, "scorecard.store", "no field shop_id"),
        ({"links": {"team": "x.y"}}, "scorecard.links", "no field team"),
        ({"store": "partner_id", "store_match": "code"}, "scorecard.store_match", "no such field"),
    ],
)
def test_a_section_that_does_not_fit_this_odoo_is_named(
    odoo: Any, changes: Any, where: str, why: str
) -> None:
    with pytest.raises(ConfigurationError, match=why) as problem:
        section(odoo, **changes).check()
    assert problem.value.key == where
