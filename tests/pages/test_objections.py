"""Objections on the pages of a month: raised by the manager or hr, answered by hr, shown to the person."""

from collections.abc import Callable
from datetime import date

import httpx
import pytest
from browser import Browser
from fastapi import Header
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.pages.app import create_app
from aftercare.pages.site import Site
from aftercare.stages.proposals import propose
from aftercare.stages.scorecards import score_month

WARNING = "2026-06.E1.oral_warning"
CARD = "2026-06.SC.SK01.E1"
HERE = f"/care/scorecards/{MONTH}"
Open = Callable[[str], Browser]


def who(x_user: str = Header()) -> str:
    return x_user


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.store("SK02")
    made.person("E1", name="王芳")
    made.person("E2", store_code="SK02")
    made.answered("E1", [9] * 7 + [2] * 4)
    made.role("hr.li", "hr")
    made.role("manager.he", "manager", "SK01")
    made.role("manager.xu", "manager", "SK02")
    made.add("ops.user_role", user_name="wang", role="staff", employee_no="E1")
    score_month(made.engine, made.group, made.policy, MONTH, TODAY)
    propose(made.engine, made.group, made.policy, MONTH)
    return made


@pytest.fixture
def open_as(month: ScoredMonth) -> Open:
    site = Site(lambda: month.engine, lambda: month.group, lambda: month.policy, lambda: TODAY)
    app = create_app(site, who, lambda address: address)
    app.root_path = "/care"
    return lambda user: Browser(app, **{"X-User": user})


def ask(client: Browser, about: str = "satisfied_share") -> httpx.Response:
    form = {
        "employee_no": "E1",
        "about": about,
        "scorecard_id": CARD,
        "words": "<i>two</i> were about the car",
    }
    return client.post(f"{HERE}/objections?lang=zh", form)


def answer(client: Browser, number: int, verdict: str = "uphold") -> httpx.Response:
    form = {"verdict": verdict, "words": "so it was"}
    return client.post(f"{HERE}/objections/{number}/answer?lang=zh", form)


def number(month: ScoredMonth) -> int:
    return int(month.rows("score.objection")[0]["objection_id"])


def test_the_stores_manager_raises_one_and_the_line_is_marked(
    month: ScoredMonth, open_as: Open
) -> None:
    client = open_as("manager.he")
    assert "代员工提出异议" in client.get(f"{HERE}/{CARD}/satisfied_share?lang=zh").text
    done = ask(client)
    assert (done.status_code, done.headers["location"]) == (303, f"{HERE}?lang=zh#objections")
    page = client.get(f"{HERE}?lang=zh").text
    assert page.count("异议中") >= 2
    assert "&lt;i&gt;two&lt;/i&gt; were about the car" in page
    assert 'value="approve" disabled' in page
    english = client.get(f"{HERE}?lang=en").text
    assert "under objection" in english
    assert "异议" not in english
    # A second click finds it there.
    ask(client)
    assert month.count("score.objection") == 1


def test_only_hr_is_asked_for_the_answer(month: ScoredMonth, open_as: Open) -> None:
    ask(open_as("manager.he"), WARNING)
    assert "/answer" not in open_as("manager.he").get(HERE).text
    assert answer(open_as("manager.he"), number(month)).status_code == 403
    hr = open_as("hr.li")
    assert f"{HERE}/objections/{number(month)}/answer" in hr.get(HERE).text
    assert answer(hr, number(month)).status_code == 303
    page = hr.get(f"{HERE}?lang=zh").text
    assert "so it was" in page
    assert "✓ 成立" in page
    assert "异议中" not in page


def test_who_is_hr_of_another_store_is_not_asked_for_the_answer(
    month: ScoredMonth, open_as: Open
) -> None:
    month.role("hr.xu", "hr", "SK02")
    month.role("hr.xu", "manager", "SK01")
    ask(open_as("manager.he"))
    page = open_as("hr.xu").get(HERE).text
    assert "were about the car" in page
    assert "/answer" not in page


def test_employees_see_their_own_and_not_who_raised_or_answered_it(
    month: ScoredMonth, open_as: Open
) -> None:
    ask(open_as("manager.he"))
    assert "were about the car" not in open_as("wang").get(HERE).text
    answer(open_as("hr.li"), number(month))
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-07-06T02:00:00Z"
    )
    page = open_as("wang").get(HERE).text
    assert "were about the car" in page
    assert "so it was" in page
    # Who raised and who answered it stays between manager and HR.
    assert "hr.li" not in page
    assert "manager.he" not in page
    assert "were about the car" not in open_as("manager.xu").get(HERE).text


def test_employees_raise_their_own_once_the_month_is_published_and_answer_nothing(
    month: ScoredMonth, open_as: Open
) -> None:
    client = open_as("wang")
    refused = [ask(client, about) for about in (WARNING, "2026-06.E1.written_criticism")]
    assert [each.status_code for each in refused] == [403, 403]
    # Nobody learns from the answer what is proposed.
    assert "not published yet" in refused[0].text
    assert refused[0].text == refused[1].text
    month.add("score.decision", proposal_id=WARNING, decision="approve", decided_by="hr.li")
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-07-06T02:00:00Z"
    )
    page = client.get(f"{HERE}?lang=zh").text
    assert "<summary>提出异议</summary>" in page
    assert f'value="{WARNING}"' in page
    line = client.get(f"{HERE}/{CARD}/satisfied_share?lang=en").text
    assert "<summary>Raise an objection</summary>" in line
    assert ask(client).status_code == 303
    assert ask(client, WARNING).status_code == 303
    raised = [row["raised_by"] for row in month.rows("score.objection")]
    assert raised == ["wang", "wang"]
    assert "/answer" not in client.get(HERE).text
    assert answer(client, number(month)).status_code == 403


def test_others_raise_and_answer_nothing(month: ScoredMonth, open_as: Open) -> None:
    for user in ("wang", "manager.xu", "nobody"):
        assert ask(open_as(user)).status_code == 403
    client = open_as("hr.li")
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert ask(client).status_code == 403
    assert month.count("score.objection") == 0


def test_after_the_last_day_the_page_names_it_and_has_no_form(
    month: ScoredMonth, open_as: Open
) -> None:
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-06-20T02:00:00Z"
    )
    page = open_as("hr.li").get(f"{HERE}/{CARD}/satisfied_share?lang=en").text
    assert "The last day for objections was 2026-06-27." in page
    assert "<form" not in page
    assert "2026-06-27" in ask(open_as("hr.li")).text


def test_what_a_published_month_would_be_now_stands_beside_its_figure(
    month: ScoredMonth, open_as: Open
) -> None:
    month.add(
        "score.publication", month=MONTH, approved_by="hr.li", published_at="2026-07-06T02:00:00Z"
    )
    late = month.task("E1")
    score_month(month.engine, month.group, month.policy, MONTH, date(2026, 7, 20))
    page = open_as("wang").get(f"{HERE}?lang=zh").text
    assert "发布之后的更正" in page
    assert f"后到：{late}" in page
    assert "更正：11/12 = 91.7%" in page
    assert "11/11" in page
    line = open_as("wang").get(f"{HERE}/{CARD}/follow_up_coverage?lang=en").text
    assert f"came late: {late}" in line
    assert late not in open_as("manager.xu").get(HERE).text
