"""One line for each thing that a night needs; what fails hides nothing else and shows no secret."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from care_group import CareGroup, house_policy, july
from certificates import persons_certificate
from click.testing import CliRunner, Result
from mail_server import MailServer
from sms_gateway import ACCOUNT, SmsGateway
from sms_gateway import SECRET as GATEWAY_SECRET
from sqlalchemy import Engine, text

from aftercare import connections, runs, scripts
from aftercare.cli import cli
from aftercare.demo.mailbox import Mailbox
from aftercare.errors import ConfigurationError
from aftercare.protection import new_keyring_json
from aftercare.rules.policy import Policy
from aftercare.settings import PROJECT, read_group
from aftercare.stages.policy import load_policy
from aftercare.stages.scripts import approve

SECRET = "s3cret-of-the-dealer"


@pytest.fixture
def installation(warehouse: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An installation in which everything is in order but one dealer system."""
    url = warehouse.url
    group = yaml.safe_load((PROJECT / "include" / "group.yaml").read_text(encoding="utf-8"))
    group["systems"] = ["heyuan_dms", "skoda_export"]
    (tmp_path / "group.yaml").write_text(yaml.safe_dump(group), encoding="utf-8")
    for name in ("exchange", "skoda"):
        (tmp_path / name).mkdir()
    database = {"conn_type": "postgres", "host": url.host, "port": url.port}
    with Mailbox(tmp_path / "mails") as mailbox:
        made = {
            "warehouse": {
                **database,
                "login": url.username,
                "password": url.password,
                "schema": url.database,
            },
            "keys": {"conn_type": "generic", "password": new_keyring_json()},
            "exchange": {"conn_type": "fs", "extra": {"path": str(tmp_path / "exchange")}},
            "smtp": {
                "conn_type": "smtp",
                "host": "127.0.0.1",
                "port": mailbox.port,
                "extra": {"disable_ssl": True, "disable_tls": True},
            },
            "dms_heyuan": {**database, "login": "nobody", "password": SECRET, "schema": "dms"},
            "dms_skoda": {"conn_type": "fs", "extra": {"path": str(tmp_path / "skoda")}},
        }
        for name, value in made.items():
            monkeypatch.setenv(f"AIRFLOW_CONN_AFTERCARE_{name.upper()}", json.dumps(value))
        monkeypatch.setenv("AFTERCARE_GROUP", str(tmp_path / "group.yaml"))
        connections.forget()
        yield warehouse
        connections.forget()


def check(language: str = "en") -> Result:
    return CliRunner().invoke(cli, ["check", "--language", language])


def levels(said: Result, place: str) -> list[str]:
    return [line[:4].strip() for line in said.output.splitlines() if f"  {place}:" in line]


def test_a_system_that_fails_hides_no_other_and_ends_with_one(installation):
    said = check()
    assert said.exit_code == 1, said.output
    assert levels(said, "system heyuan_dms") == ["fail"]
    assert "refuses it; check login, password and database" in said.output
    for place in ("warehouse", "keys", "exchange", "mail", "suites", "templates", "policies"):
        assert levels(said, place) == ["ok"], said.output
    # Its patterns name a day, and there is no file of it.
    assert set(levels(said, "system skoda_export")) == {"warn", "ok"}
    assert SECRET not in said.output
    ring = json.loads(connections.connection("aftercare_keys").password or "")
    assert not any(key in said.output for kind in ring.values() for key in kind.values())


def test_a_check_of_the_warehouse_changes_nothing_in_it(installation):
    check()
    with installation.connect() as connection:
        assert connection.execute(text("select count(*) from ops.protection_key")).scalar_one() == 0


def test_a_warehouse_of_another_version_is_told(installation):
    with installation.begin() as connection:
        connection.execute(text("update public.warehouse_version set version_num = '0001'"))
    said = check()
    assert levels(said, "warehouse") == ["fail"]
    assert "run `aftercare migrate`" in said.output


def test_a_warehouse_that_is_gone_leaves_the_rest_to_be_seen(installation, monkeypatch):
    gone = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "a", "schema": "b"}
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(gone))
    connections.forget()
    said = check()
    assert said.exit_code == 1
    assert levels(said, "warehouse") == ["fail"]
    assert levels(said, "keys") == ["warn"]
    assert levels(said, "mail") == ["ok"]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((-9, -1), ("fail", "certificates/hr.pem: the certificate expired on")),
        ((-9, 9), ("warn", "the certificate certificates/hr.pem ends on")),
        ((-9, 99), None),
    ],
)
def test_a_certificate_with_which_nothing_can_be_encrypted_is_told_beforehand(
    installation, tmp_path, days, told
):
    file = tmp_path / "group.yaml"
    group = yaml.safe_load(file.read_text(encoding="utf-8"))
    group["mail"]["recipients"]["hr"][0]["certificate"] = "certificates/hr.pem"
    file.write_text(yaml.safe_dump(group), encoding="utf-8")
    (tmp_path / "certificates").mkdir()
    persons_certificate(tmp_path / "certificates", "hr", days)
    said = check()
    lines = [line for line in said.output.splitlines() if "certificates/hr.pem" in line]
    assert [(line[:4].strip(), told[1] in line) for line in lines] == (
        [(told[0], True)] if told else []
    )
    # The mail server is looked at all the same.
    assert levels(said, "mail")[-1] == "ok"


def test_a_mail_server_that_refuses_the_sender_is_told_beforehand(installation, monkeypatch):
    with MailServer() as server:
        server.mail = "550 5.7.1 sender not owned"
        address = {"conn_type": "smtp", "host": "127.0.0.1", "port": server.port}
        address["extra"] = {"disable_ssl": True, "disable_tls": True}
        monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_SMTP", json.dumps(address))
        connections.forget()
        said = check()
    assert levels(said, "mail") == ["fail"]
    assert "refuses the sender aftercare@heyuan.example" in said.output


def test_a_line_that_decided_something_and_was_edited_is_told(installation):
    load_policy(installation, house_policy())
    line = next(one for one in house_policy().lines if one.unit == "calendar_day")
    with installation.begin() as connection:
        connection.execute(
            text("update ops.policy_line set value = '99', is_used = true where line_id = :line"),
            {"line": line.line_id},
        )
    said = check()
    assert levels(said, "policies") == ["fail"]
    assert "put the old one back" in said.output


@pytest.mark.parametrize(
    ("since", "last", "is_late"),
    [
        # The newest month that is over when the check runs ends on 30 June.
        (date(2012, 1, 1), 5, False),
        (date(2012, 1, 1), 6, True),
        (date(2026, 6, 30), 8, True),
        (date(2099, 1, 1), 6, True),
    ],
)
def test_a_closing_day_on_which_the_month_is_scored_already_is_told(
    installation, tmp_path, monkeypatch, since, last, is_late
):
    folder = tmp_path / "policy"
    shutil.copytree(PROJECT / "include" / "policy", folder)
    file = folder / "house" / "month.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    known["closing_day"]["values"][since] = last
    file.write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(runs, "policy", lambda: Policy.load(folder))
    monkeypatch.setattr(runs, "today", lambda _: date(2026, 7, 4))
    said = check()
    if is_late:
        assert levels(said, "policies") == ["fail"], said.output
        assert f"from {since} on closing_day is {last}" in said.output
        assert "use 5 or an earlier day" in said.output
    else:
        assert levels(said, "policies") == ["ok"], said.output


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the policy that the check reads on 4 July: the newest month that is over is June."""
    folder = tmp_path / "policy"
    shutil.copytree(PROJECT / "include" / "policy", folder)
    monkeypatch.setattr(runs, "policy", lambda: Policy.load(folder))
    monkeypatch.setattr(runs, "today", lambda _: date(2026, 7, 4))
    return folder


def edit(file: Path, **changes: Any) -> None:
    """Puts these in the place of what a file of the policy says, or beside it."""
    known = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(yaml.safe_dump(known | changes, allow_unicode=True), encoding="utf-8")


def dated(value: Any, since: str, unit: str = "text") -> dict[str, Any]:
    values = {date.fromisoformat(since): value}
    return {"rule": "S2-04", "unit": unit, "reference": "our own", "values": values}


@pytest.mark.parametrize("since", ["2026-06-30", "2099-01-01"])
def test_a_kpi_that_ends_while_figures_rewards_or_sanctions_read_it_is_told_beforehand(
    installation, packs, since
):
    edit(packs / "skoda-dealer/kpis/follow_up_coverage.yaml", scale=dated(None, since))
    edit(packs / "skoda-dealer/kpis/satisfied_share.yaml", scale=dated(None, since))
    said = check()
    assert levels(said, "policies") == ["warn", "warn", "warn", "ok"], said.output
    assert f"from {since} on skoda-dealer counts follow_up_coverage no more" in said.output
    assert "which follow_up_rate, after_sales_coverage, sales_coverage read" in said.output
    assert "by which house/rewards/team_lines propose" in said.output
    everywhere = "house/sanctions/score, house/rewards/score, house/rewards/team_lines"
    assert f"counts satisfied_share no more, by which {everywhere} propose" in said.output


def test_a_coefficient_without_a_scale_is_told_before_its_month_is_scored(installation, packs):
    edit(packs / "skoda-dealer/scoring.yaml", sqs_scale=dated(None, "2026-06-30"))
    said = check()
    assert levels(said, "policies") == ["fail"], said.output
    assert "scoring.yaml" in said.output
    assert said.output.count("the coefficient sqs needs it on") == 1


def test_a_kind_of_reward_without_what_it_needs_is_told_before_it_is_proposed(installation, packs):
    file = packs / "house/rewards.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    del known["star_minimum_n"]
    file.write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    said = check()
    assert "fail" in levels(said, "policies"), said.output
    assert "rewards.yaml" in said.output
    assert "star_minimum_n, which it needs, is not" in said.output


def test_a_house_with_fewer_kinds_of_rewards_than_ours_is_in_order(installation, packs):
    file = packs / "house/rewards.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    kept = ("score", "star_share", "star_minimum_n", "star_minimum_ranked")
    file.write_text(
        yaml.safe_dump({name: known[name] for name in kept}, allow_unicode=True), encoding="utf-8"
    )
    assert levels(check(), "policies") == ["ok"]


@pytest.mark.parametrize(
    ("score", "said"),
    [
        ("satisfied_share", "house/sanctions.yaml: score: is undated"),
        (dated("satisfaction", "2012-01-01"), "no pack has a KPI 'satisfaction'"),
        (dated("satisfied_share", "2099-01-01"), "house/sanctions/score as of"),
    ],
)
def test_a_figure_to_propose_by_that_is_not_there_is_told(installation, packs, score, said):
    edit(packs / "house/sanctions.yaml", score=score)
    found = check()
    assert "fail" in levels(found, "policies"), found.output
    assert said in found.output


def test_a_score_of_null_reads_no_kpi(installation, packs):
    for name in ("sanctions", "rewards"):
        edit(packs / f"house/{name}.yaml", score=dated(None, "2012-01-01"))
    edit(packs / "house/rewards.yaml", team_lines=dated(None, "2012-01-01"))
    edit(packs / "skoda-dealer/kpis/satisfied_share.yaml", scale=dated(None, "2026-06-30"))
    assert levels(check(), "policies") == ["ok"]


def test_what_reads_a_kpi_no_more_on_the_day_on_which_it_ends_is_not_told(installation, packs):
    edit(packs / "skoda-dealer/kpis/follow_up_on_time.yaml", scale=dated(None, "2026-09-01"))
    of_team = ["follow_up_coverage", "satisfied_share"]
    edit(packs / "skoda-dealer/rewards.yaml", team_lines=dated(of_team, "2026-09-01"))
    assert levels(check(), "policies") == ["ok"]
    edit(packs / "skoda-dealer/rewards.yaml", team_lines=dated(of_team, "2026-10-01"))
    assert "by which house/rewards/team_lines propose" in check().output


LATER = {
    "pack": {"pack": "later", "title": {"zh": "新包", "en": "Later"}, "extends": ["house"]},
    "targets": {
        "roles": ["DIR"],
        "lines": [
            {
                "name": "qs",
                "title": {"zh": "QS", "en": "QS"},
                "source": "external",
                "metric": "QS",
            }
        ],
    },
}


@pytest.fixture
def later(packs: Path, tmp_path: Path) -> Callable[[str], None]:
    """Gives a brand a pack of its own from 1 August on, whose targets begin on a day."""
    path = tmp_path / "group.yaml"
    group = yaml.safe_load(path.read_text(encoding="utf-8"))
    group["packs"]["LATER"] = [{"from": date(2026, 8, 1), "pack": "later"}]
    path.write_text(yaml.safe_dump(group, allow_unicode=True), encoding="utf-8")
    (packs / "later").mkdir()

    def begin(since: str) -> None:
        edit(packs / "later/pack.yaml", **LATER["pack"])
        figures = {
            "minimum_n": (10, "count"),
            "qs_target": (9, "point"),
            "qs_scale": ("0-10", "text"),
        }
        lines = {name: dated(value, since, unit) for name, (value, unit) in figures.items()}
        edit(packs / "later/targets.yaml", **LATER["targets"], **lines)

    return begin


def test_a_pack_is_read_from_the_first_month_on_that_somebody_follows_it(installation, later):
    later("2026-08-10")
    assert levels(check(), "policies") == ["ok"]


def test_a_pack_that_cannot_be_read_hides_nothing_of_others(installation, packs, later):
    later("2026-09-01")
    edit(packs / "skoda-dealer/kpis/follow_up_on_time.yaml", scale=dated(None, "2026-06-30"))
    said = check()
    assert levels(said, "policies") == ["fail", "warn"], said.output
    assert "later/targets/qs_target as of 2026-08-31" in said.output
    assert "skoda-dealer counts follow_up_on_time no more" in said.output


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("statement", "consultant_archived.yaml: statement: there is no include/sql/kpis/"),
        ("told_within", "skoda-dealer/kpis/consultant_archived/told_within as of 2026-06-30"),
    ],
)
def test_a_kpi_that_cannot_be_counted_is_told_before_its_month_is_scored(
    installation, packs, gone, said
):
    file = packs / "skoda-dealer/kpis/consultant_archived.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    del known[gone]
    file.write_text(yaml.safe_dump(known, allow_unicode=True), encoding="utf-8")
    found = check()
    assert levels(found, "policies") == ["fail"], found.output
    assert found.output.count(said) == 1


def test_a_script_that_says_what_none_may_say_is_told(installation, tmp_path, monkeypatch):
    for path in scripts.FOLDER.rglob("*.txt"):
        copy = tmp_path / "scripts" / path.relative_to(scripts.FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    draft = tmp_path / "scripts" / "draft.zh.txt"
    draft.write_text("{# title: 草稿 #}\n这不归我管。\n", encoding="utf-8")
    draft.with_name("draft.en.txt").write_text("{# title: A draft #}\nHello.\n", encoding="utf-8")
    monkeypatch.setattr(scripts, "FOLDER", tmp_path / "scripts")
    said = check()
    assert levels(said, "scripts") == ["fail"]
    assert (
        "scripts/draft.zh.txt:2: says '不归我', which no script may say (rule S4-09" in said.output
    )


def test_words_that_nobody_approved_are_told_until_somebody_does(installation, monkeypatch):
    monkeypatch.setenv("AFTERCARE_TODAY", july(2).isoformat())
    care = CareGroup(installation)
    care.grant("zhang", "manager")
    care.repair("R", july(1))
    assert levels(check(), "scripts") == ["ok"]
    care.night(july(1))
    said = check()
    assert levels(said, "scripts") == ["warn", "ok"]
    assert "1 tasks of the newest lists use words that nobody approved (1 scripts)" in said.output
    approve(installation, ["repair_call"], "zhang", july(2))
    assert levels(check(), "scripts") == ["ok"]


def test_who_decides_and_is_not_known_as_an_employee_is_told_until_somebody_says(installation):
    grant = ["users", "grant", "zhang", "manager"]
    CareGroup(installation).grant("zhang", "manager")

    def unknown() -> list[str]:
        told = "zhang decides about scorecards and proposals"
        return [line[:4] for line in check().output.splitlines() if told in line]

    assert unknown() == ["warn"]
    refused = CliRunner().invoke(cli, grant)
    assert refused.exit_code == 2
    assert "--no-employee" in refused.output
    both = CliRunner().invoke(cli, [*grant, "--employee", "M1", "--no-employee"])
    assert both.exit_code == 2
    for known in (["--employee", "M1"], ["--no-employee"]):
        assert CliRunner().invoke(cli, [*grant, *known]).exit_code == 0
        assert unknown() == []
    # Who decides nothing about people needs none.
    assert CliRunner().invoke(cli, ["users", "grant", "wu", "steward"]).exit_code == 0


def test_a_store_of_a_brand_without_a_pack_is_told(installation):
    care = CareGroup(installation)
    with care.engine.begin() as connection:
        connection.execute(text("update core.store set brand = 'KUAYUE' where store_code = 'CA01'"))
    said = check()
    assert levels(said, "policies") == ["warn", "ok"]
    assert "store CA01 has no policy pack" in said.output


def test_settings_that_cannot_be_read_are_one_line(installation, tmp_path, monkeypatch):
    (tmp_path / "group.yaml").write_text("systems: [a]\n")
    said = check("zh")
    assert said.exit_code == 1
    assert said.output.startswith("失败  集团设置：")
    assert len(said.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"store_calendars": {"CA01": "sundays"}},
            "store CA01 follows calendar 'sundays', which is not under calendars",
        ),
        ({"calendars": {"other": {}}, "store_calendars": {}}, "no calendar named default"),
    ],
)
def test_a_store_whose_calendar_is_not_there_is_told(installation, tmp_path, changes, message):
    path = tmp_path / "group.yaml"
    group = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(group | changes, allow_unicode=True), encoding="utf-8")
    said = check()
    assert said.exit_code == 1
    assert message in said.output
    with pytest.raises(ConfigurationError, match=message):
        read_group()


def test_a_role_without_rights_is_told_which(installation, monkeypatch):
    name = f"weak_{installation.url.database}"
    with installation.begin() as connection:
        connection.execute(text(f"create role {name} login password 'pw'"))
        connection.execute(text(f"grant select on public.warehouse_version to {name}"))
    weak = json.loads(
        json.dumps(
            {
                "conn_type": "postgres",
                "host": installation.url.host,
                "port": installation.url.port,
                "login": name,
                "password": "pw",
                "schema": installation.url.database,
            }
        )
    )
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_WAREHOUSE", json.dumps(weak))
    connections.forget()
    try:
        said = check()
    finally:
        connections.forget()
        with installation.begin() as connection:
            connection.execute(text(f"drop owned by {name}"))
            connection.execute(text(f"drop role {name}"))
    assert levels(said, "warehouse") == ["fail"]
    assert "rights are missing on" in said.output


def test_a_year_without_announced_holidays_is_told_once(installation, monkeypatch):
    for today, level, said in (
        ("2025-12-01", "ok", "holidays are known: 2025, 2026"),
        ("2026-12-01", "warn", "holidays of 2027 are provisional"),
        ("2027-12-01", "warn", "holidays of 2027, 2028 are provisional"),
    ):
        monkeypatch.setenv("AFTERCARE_TODAY", today)
        found = check()
        assert levels(found, "calendar") == [level]
        assert said in found.output
        assert ("add them to include/calendars/cn.yaml" in found.output) == (level == "warn")


def test_a_store_in_shadow_that_nobody_knows_is_told(installation, tmp_path):
    path = tmp_path / "group.yaml"
    group = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(
        yaml.safe_dump({**group, "live_from": {"CA99": "2026-12-15"}}), encoding="utf-8"
    )
    said = check().output
    assert "store CA99 of live_from was not read yet" in said


def test_a_gateway_is_asked_and_says_what_is_wrong_with_the_account(
    installation, tmp_path, monkeypatch
):
    group = yaml.safe_load((tmp_path / "group.yaml").read_text(encoding="utf-8"))
    group["targets"]["messages"] = {"default": "sms"}
    (tmp_path / "group.yaml").write_text(yaml.safe_dump(group), encoding="utf-8")
    with SmsGateway() as gateway:
        given = {"conn_type": "http", "host": gateway.host, "login": ACCOUNT}
        for secret, level in ((GATEWAY_SECRET, "ok"), (SECRET, "fail")):
            made = json.dumps(given | {"password": secret})
            monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_SMS", made)
            said = check()
            assert levels(said, "target sms") == [level], said.output
            assert secret not in said.output
        assert gateway.taken == []
        monkeypatch.setenv("AFTERCARE_TODAY", "2026-11-21T10:00")
        assert runs.push_messages()["sms"]["due"] == 0
