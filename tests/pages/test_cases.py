"""Stewards' pages: who sees what, filters, deciding, languages, and nothing that runs as a script."""

from datetime import date
from typing import Annotated

import pytest
from browser import Browser
from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import Engine
from staged_rows import DAY, GROUP, VIN, StagedRows

from aftercare.pages.app import create_app
from aftercare.pages.site import Site
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT

TODAY = date(2026, 6, 11)
BAD = {"odometer_out_km": 1}
RELEASE = {"action": "release", "reason_code": "confirmed"}


def who(x_user: Annotated[str, Header()] = "") -> str:
    if not x_user:
        raise HTTPException(401)
    return x_user


def policy() -> Policy:
    return Policy.load(PROJECT / "include" / "policy")


@pytest.fixture
def staged(warehouse: Engine) -> StagedRows:
    made = StagedRows(warehouse)
    made.insert(
        "ops.user_role",
        {"user_name": "amy", "role": "steward", "store_code": "S1"},
        {"user_name": "bob", "role": "operator", "store_code": "*"},
        {"user_name": "eve", "role": "staff", "store_code": "*"},
    )
    made.load(
        "repair_order",
        [
            BAD,
            BAD | {"ro_no": "<script>alert(1)</script>"},
            {"store_code": "XX"},
            {"ro_no": "no-type", "ro_type": None},
        ],
    )
    made.validate("repair_order")
    return made


@pytest.fixture
def app(staged: StagedRows) -> FastAPI:
    site = Site(lambda: staged.engine, lambda: GROUP, policy, lambda: TODAY)
    return create_app(site, who, lambda back: f"/auth/login?next={back}")


def amy(app: FastAPI, **headers: str) -> Browser:
    return Browser(app, **{"X-User": "amy"} | headers)


def states(staged: StagedRows) -> dict[int, str]:
    return {case["case_id"]: case["state"] for case in staged.rows("quality.quarantine")}


def test_every_page_and_file_is_behind_the_login(app: FastAPI) -> None:
    nobody = Browser(app)
    paths = ["/", "/cases", "/cases/1", "/loads", "/scorecards/", "/static/aftercare.css"]
    for path in paths:
        answer = nobody.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/auth/login?next=http://pages.example/")
        assert nobody.get(path, Accept="application/json").status_code == 401
    assert nobody.post("/cases/1/decisions", RELEASE).status_code == 401
    for path in ("/docs", "/openapi.json", "/redoc"):
        assert nobody.get(path).status_code in (303, 404)


def test_no_route_stands_outside_the_login(app: FastAPI) -> None:
    inside = [route for route in app.routes if getattr(route, "dependant", None)]
    assert len(inside) == len(app.routes)
    for route in inside:
        names = {dependency.call for dependency in route.dependant.dependencies}  # type: ignore[attr-defined]
        assert who in names, route


def test_a_steward_sees_the_cases_of_their_stores(app: FastAPI) -> None:
    page = amy(app).get("/cases").text
    assert "共 3 个案例" in page
    assert "出厂里程小于进厂里程" in page
    assert "进厂里程（公里） 20000；出厂里程（公里） 1" in page
    assert "XX" not in page
    assert amy(app).get("/cases/3").status_code == 400


def test_somebody_without_a_role_is_told_who_can_help(app: FastAPI) -> None:
    for path in ("/cases", "/cases/1", "/loads"):
        answer = Browser(app, **{"X-User": "eve"}).get(path)
        assert answer.status_code == 403
        assert "aftercare users grant eve steward" in answer.text


def test_what_a_row_says_is_never_a_script(app: FastAPI) -> None:
    for path in ("/cases", "/cases/2"):
        page = amy(app).get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    answer = amy(app).get("/cases")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_cases_are_filtered_and_the_answer_to_htmx_is_the_list_alone(app: FastAPI) -> None:
    part = amy(app).get("/cases?rule=RO15", **{"HX-Request": "true"}).text
    assert "共 1 个案例" in part
    assert "<html" not in part
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in amy(app).get("/cases?rule=RO15", **back).text
    assert "没有符合条件的案例" in amy(app).get("/cases?days=9").text
    assert amy(app).get("/cases?days=x").status_code == 422


def test_language_follows_the_address_then_the_browser(app: FastAPI) -> None:
    assert "held these rows back" in amy(app).get("/cases?lang=en").text
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert "held these rows back" in amy(app, **english).get("/cases").text
    assert "这些数据行被规则拦下" in amy(app, **english).get("/cases?lang=zh").text
    assert "这些数据行被规则拦下" in amy(app).get("/cases").text
    assert "/cases/1?lang=en" in amy(app).get("/cases?lang=en").text


def test_a_case_shows_its_row_masked(app: FastAPI) -> None:
    page = amy(app).get("/cases/1").text
    assert VIN not in page
    assert "*************4721" in page
    assert "送修人手机" in page
    assert "/loads?day=2026-06-10" in page


def test_a_case_is_released_on_its_page(app: FastAPI, staged: StagedRows) -> None:
    form = RELEASE | {"comment": "asked the workshop"}
    page = amy(app).post("/cases/1/decisions", form).text
    assert "已处理 1 个案例" in page
    assert 'value="reopen"' in page
    assert 'value="release"' not in page
    assert "aftercare cases settle" in page
    assert "asked the workshop" in page
    assert states(staged)[1] == "released"
    assert staged.validate("repair_order")["quarantined"] == 3


def test_several_cases_are_waived_at_once(app: FastAPI, staged: StagedRows) -> None:
    form = {
        "case_id": ["1", "2"],
        "action": "waive",
        "reason_code": "exception",
        "expires_on": "2026-07-11",
    }
    page = amy(app).post("/cases/decisions?rule=RO08&state=all", form).text
    assert "已处理 2 个案例" in page
    assert "共 2 个案例" in page
    assert "/cases/decisions?rule=RO08&amp;state=all" in page
    assert (states(staged)[1], states(staged)[2]) == ("waived", "waived")
    assert {row["expires_on"] for row in staged.rows("quality.decision")} == {date(2026, 7, 11)}


def test_what_cannot_be_done_is_said_and_nothing_is_kept(app: FastAPI, staged: StagedRows) -> None:
    for path, form, status in (
        ("/cases/4/decisions", RELEASE, 400),
        ("/cases/3/decisions", RELEASE, 403),
        ("/cases/1/decisions", RELEASE | {"reason_code": "because"}, 400),
        ("/cases/1/decisions", {"action": "waive", "reason_code": "exception"}, 400),
        ("/cases/1/decisions", RELEASE | {"action": "delete"}, 422),
        ("/cases/decisions", RELEASE, 422),
    ):
        answer = amy(app).post(path, form)
        assert answer.status_code == status, (path, form, answer.text)
        assert 'class="problem"' in answer.text
    chinese = amy(app).post("/cases/4/decisions", RELEASE).text
    assert "案例 4 不能放行" in chinese
    english = amy(app).post("/cases/4/decisions?lang=en", RELEASE).text
    assert "case 4 cannot go on" in english
    assert staged.rows("quality.decision") == []


def test_an_operator_sees_cases_but_does_not_decide(app: FastAPI, staged: StagedRows) -> None:
    bob = Browser(app, **{"X-User": "bob"})
    page = bob.get("/cases").text
    assert "共 4 个案例" in page
    assert "data-opens" not in page
    assert bob.post("/cases/1/decisions", RELEASE).status_code == 403
    assert staged.rows("quality.decision") == []


def test_a_write_from_elsewhere_is_refused(app: FastAPI, staged: StagedRows) -> None:
    many = RELEASE | {"case_id": "1"}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": ""},
    ):
        assert amy(app).post("/cases/1/decisions", RELEASE, **headers).status_code == 403, headers
        assert amy(app).post("/cases/decisions", many, **headers).status_code == 403, headers
    assert staged.rows("quality.decision") == []


def test_an_old_browser_is_known_by_its_origin(app: FastAPI, staged: StagedRows) -> None:
    headers = {"Sec-Fetch-Site": "", "Origin": "http://pages.example"}
    form = RELEASE | {"case_id": "1"}
    assert amy(app).post("/cases/1/decisions", form, **headers).status_code == 200
    assert states(staged)[1] == "released"


def test_pages_lead_from_one_to_the_next(app: FastAPI, staged: StagedRows) -> None:
    staged.load("complaint", [{"received_at": None} for _ in range(60)])
    staged.validate("complaint")
    first = amy(app).get("/cases?feed=complaint").text
    assert "共 60 个案例 · 第 1–50 个" in first
    assert "下一页" in first
    second = amy(app).get("/cases?feed=complaint&page=2").text
    assert "第 51–60 个" in second
    assert "上一页" in second


def test_loads_show_sums_that_add_up(app: FastAPI, staged: StagedRows) -> None:
    with staged.engine.begin() as connection:
        connection.exec_driver_sql(
            "update ops.load set promoted = 0, unchanged = 0, state = 'merged' "
            "where feed = 'repair_order'"
        )
    page = amy(app).get("/loads").text
    assert str(DAY) in page
    assert "维修工单" in page
    assert "检查" in page
    cells = page.split("维修工单")[1].split("</tr>")[0]
    figures = [part.split("<")[0] for part in cells.split('class="number">')[1:]]
    assert figures == ["4", "0", "0", "0", "0", "4", "0"]
    old = amy(app).get("/loads?day=2020-01-01").text
    assert "–" in old.split("门店")[-1]


def test_what_breaks_is_answered_without_what_it_quoted(app: FastAPI, staged: StagedRows) -> None:
    with staged.engine.begin() as connection:
        connection.exec_driver_sql("alter table quality.quarantine rename to gone")
    answer = amy(app).get("/cases")
    assert answer.status_code == 500
    assert "api-server" in answer.text
    assert "select" not in answer.text
