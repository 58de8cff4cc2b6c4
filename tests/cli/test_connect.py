"""What people see of a system that nobody has connected."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dealer_sources import KEYRING
from sqlalchemy import Column, MetaData, String, Table, create_engine, insert, select, text
from stranger_system import make_stranger, personal_values

from aftercare import connections
from aftercare.cli import cli
from aftercare.cli.connect_trial import trial_lines, try_day
from aftercare.connections import Connection
from aftercare.errors import ConfigurationError
from aftercare.reports.scorecard_words import read_words
from aftercare.sample import foreign
from aftercare.settings import read_group
from aftercare.sources.mapping import read_dealer_system

END = date(2026, 6, 30)
PERSONAL = {
    "t_wxgd": ("sxr", "sxrdh", "cph", "cjh"),
    "t_xsdd": ("khxm", "khdh", "cjh"),
    "t_ygxx": ("xm", "sj"),
}
STAFF = ("工号", "姓名", "门店", "岗位", "手机")
ORDERS = (
    "工单号", "门店", "车架号", "业务类别", "工单状态", "开单时间", "结账时间", "送修客户", "联系手机",
    "接待员", "应收", "末次修改", "班组",
)  # fmt: skip


@pytest.fixture
def west(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Personal values of a system behind the connection aftercare_dms_west."""
    engine = create_engine(f"sqlite:///{tmp_path / 'west.sqlite'}")
    foreign.make_foreign(engine, END)
    with engine.connect() as connection:
        values = {
            value
            for name, columns in PERSONAL.items()
            for column in columns
            for value in connection.scalars(select(foreign.METADATA.tables[name].c[column]))
        }
    engine.dispose()
    known = f'{{"conn_type": "sqlite", "schema": "{tmp_path / "west.sqlite"}"}}'
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_DMS_WEST", known)
    return values


def probe(folder: Path, *more: str) -> Result:
    words = ["connect", "--probe", "--connection", "aftercare_dms_west", "--day", "2026-06-30"]
    return CliRunner().invoke(cli, [*words, "--output", str(folder / "west.yaml"), *more])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_personal_is_shown_of_a_new_system(west, tmp_path, language):
    said = probe(tmp_path, "--language", language)
    assert said.exit_code == 0, said.output
    assert [value for value in west if value in said.output] == []
    assert {"zh": "维修工单", "en": "repair orders"}[language] in said.output
    assert "cjh" in said.output


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Personal values of a system with customers in a table of their own."""
    engine = create_engine(f"sqlite:///{tmp_path / 'stranger.sqlite'}")
    make_stranger(engine)
    values = personal_values(engine)
    engine.dispose()
    known = f'{{"conn_type": "sqlite", "schema": "{tmp_path / "stranger.sqlite"}"}}'
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_DMS_WEST", known)
    return values


def test_nobody_s_values_stand_in_a_draft_or_beside_it(stranger, tmp_path):
    assert len(stranger) > 600
    for language in ("zh", "en"):
        (tmp_path / "west.yaml").unlink(missing_ok=True)
        said = probe(tmp_path, "--language", language)
        assert said.exit_code == 0, said.output
        draft = (tmp_path / "west.yaml").read_text(encoding="utf-8")
        assert '"5": TODO' in draft
        assert [value for value in stranger if value in draft or value in said.output] == []


MEANINGS = {
    "brand": {"SKD": "SKODA"},
    "role": dict(
        zip("ZXHFJSC", ("SUP", "SC", "AC", "SA", "TECHNICIAN", "CONSULTANT", "SM"), strict=True)
    ),
    "ro_type": dict(
        zip("BXSFP", ("repair", "repair", "warranty", "rework", "pre_delivery"), strict=True)
    ),
    "sales_order_status": {"3": "active", "1": "active"},
    "repair_order_status": {
        "5": "settled", "9": "cancelled", "1": "open", "2": "open", "3": "submitted", "7": "open",
    },
}  # fmt: skip


def decided(draft: str) -> str:
    """As somebody decides who knows the stranger's system."""
    lines, dictionary = [], ""
    for line in draft.splitlines():
        begins = re.fullmatch(r"  (\w+):", line)
        dictionary = begins[1] if begins else dictionary
        code = re.match(r'    "(\w+)": TODO', line)
        lines.append(f'    "{code[1]}": {MEANINGS[dictionary][code[1]]}' if code else line)
    return "\n".join(lines)


def test_a_system_of_counted_times_and_fen_goes_from_its_draft_to_a_trial(
    stranger, tmp_path, warehouse
):
    engine = create_engine(f"sqlite:///{tmp_path / 'stranger.sqlite'}")
    assert probe(tmp_path).exit_code == 0
    views = re.findall(r"create view .*;", (tmp_path / "west.yaml").read_text(encoding="utf-8"))
    with engine.begin() as connection:
        for view in views:
            connection.execute(text(view))
    engine.dispose()
    (tmp_path / "west.yaml").unlink()
    said = probe(tmp_path)
    draft = (tmp_path / "west.yaml").read_text(encoding="utf-8")
    assert [value for value in stranger if value in draft or value in said.output] == []
    assert "TODO deliverer_phone" not in draft
    (tmp_path / "west.yaml").write_text(decided(draft), encoding="utf-8")
    system = read_dealer_system(tmp_path / "west.yaml")
    address, group = connections.connection("aftercare_dms_west"), read_group()
    tried = try_day(warehouse, KEYRING, group, system, address, END)
    told = list(trial_lines(tried, "west", group, END, read_words("en", "connect")))
    assert "repair orders: 200 read = 200 good + 0 held + 0 older + 0 repeated" in told
    assert "  price price: median 153,330.00 yuan" in told
    assert "  amount amount: median 4,311.00 yuan" in told
    assert told[-1].startswith("It can go live: every row goes on.")
    assert [value for value in stranger for line in told if value in line] == []


def test_a_draft_never_replaces_a_mapping(west, tmp_path):
    (tmp_path / "west.yaml").write_text("mine")
    said = probe(tmp_path)
    assert said.exit_code == 1
    assert "is there already" in str(said.exception)
    assert "--output" in str(said.exception)
    assert "repair orders" in said.output or "维修工单" in said.output
    assert (tmp_path / "west.yaml").read_text() == "mine"


def test_a_system_that_holds_nothing_of_ours_gets_no_draft(tmp_path, monkeypatch):
    (tmp_path / "notes.csv").write_text("a;b\n1;2\n3;4\n")
    known = f'{{"conn_type": "fs", "extra": {{"path": "{tmp_path}"}}}}'
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_DMS_WEST", known)
    said = probe(tmp_path, "--language", "en")
    assert said.exit_code == 0, said.output
    assert "no table looks like anything we need" in said.output
    assert not (tmp_path / "west.yaml").exists()


def test_one_of_probe_and_try_is_chosen():
    assert CliRunner().invoke(cli, ["connect"]).exit_code == 2
    assert CliRunner().invoke(cli, ["connect", "--probe", "--try", "x"]).exit_code == 2
    assert CliRunner().invoke(cli, ["connect", "--probe"]).exit_code == 2


def test_a_connection_shows_no_secret():
    assert "s3cret" not in repr(Connection("c", "postgres", password="s3cret"))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tables, slashed times, unfamiliar names; no stores, and no first day of a job."""
    engine = create_engine(f"sqlite:///{tmp_path / 'small.sqlite'}")
    metadata = MetaData()
    staff = Table("员工", metadata, *(Column(name, String) for name in STAFF))
    orders = Table("维修工单", metadata, *(Column(name, String) for name in ORDERS))
    metadata.create_all(engine)
    roles = ("服务顾问", "返聘")
    with engine.begin() as connection:
        people = [
            (f"E{row:02d}", "张某", f"H0{row % 2}", roles[row % 2], f"138{row:08d}")
            for row in range(12)
        ]
        connection.execute(
            insert(staff), [dict(zip(STAFF, person, strict=True)) for person in people]
        )
        visits = [
            (f"W{row:03d}", f"H0{row % 2}", "LSVAA4182E2184847", ("一般维修", "索赔")[row % 2],
             "已结算", f"2026/06/{row // 3 + 1:02d} 08:{row:02d}",
             f"2026/06/{row // 3 + 1:02d} 17:{row:02d}", "李某", f"139{row:08d}", "E01",
             "320.50", f"2026/06/{row // 3 + 9:02d} 09:{row:02d}", "甲")
            for row in range(60)
        ]  # fmt: skip
        connection.execute(
            insert(orders), [dict(zip(ORDERS, visit, strict=True)) for visit in visits]
        )
    engine.dispose()
    known = f'{{"conn_type": "sqlite", "schema": "{tmp_path / "small.sqlite"}"}}'
    monkeypatch.setenv("AIRFLOW_CONN_AFTERCARE_DMS_WEST", known)
    return tmp_path / "west.yaml"


def test_a_feed_that_lacks_a_column_of_its_key_hides_no_other(small):
    said = probe(small.parent, "--language", "en")
    assert said.exit_code == 0, said.output
    assert "not found: from valid_from" in said.output
    assert "# TODO valid_from" in small.read_text(encoding="utf-8")
    assert "repair_order:" in small.read_text(encoding="utf-8")


def test_what_nobody_decided_yet_is_no_fault_of_the_data(small):
    said = probe(small.parent, "--language", "en")
    assert "with an incomplete key: 0" in said.output
    assert "incomplete key" not in said.output.split("repair orders repair_order")[0]
    assert "unknown codes 6" in said.output


@pytest.mark.parametrize("name", ["West DMS", "west-dms", "1st"])
def test_a_name_that_cannot_be_one_is_refused_in_a_line(small, name):
    said = probe(small.parent, "--system", name)
    assert isinstance(said.exception, ConfigurationError)
    assert "small letters, digits and underscores" in str(said.exception)
    assert "\n" not in str(said.exception)
    assert not small.exists()


def test_names_and_slashed_times_of_a_stranger_s_system_are_known(small):
    assert probe(small.parent).exit_code == 0
    text = small.read_text(encoding="utf-8")
    assert '    cursor: 末次修改\n    cursor_format: "%Y/%m/%d %H:%M"\n' in text
    for name in ("settled_at: 结账时间", "deliverer_phone: 联系手机", "deliverer_name: 送修客户",
                 "ro_type: {column: 业务类别,", "amount: 应收", "service_advisor_no: 接待员"):  # fmt: skip
        assert name in text


def test_a_stranger_s_system_goes_from_its_draft_to_a_trial(small, warehouse):
    assert probe(small.parent).exit_code == 0
    text = small.read_text(encoding="utf-8")
    for draft, decided in (
        ("{value: TODO}", "{value: SKODA}"),
        ('"返聘": TODO', '"返聘": AC'),
        ("# TODO valid_from: …", "valid_from: {value: 2020-01-01} #"),
    ):
        assert draft in text
        text = text.replace(draft, decided)
    small.write_text(text, encoding="utf-8")
    address = connections.connection("aftercare_dms_west")
    system = read_dealer_system(small)
    group = read_group()
    tried = try_day(warehouse, KEYRING, group, system, address, END)
    told = list(trial_lines(tried, "west", group, END, read_words("en", "connect")))
    assert told[0] == "stores: 12 read = 2 good + 0 held + 0 older + 10 repeated"
    assert "employees: 12 read = 12 good + 0 held + 0 older + 0 repeated" in told
    assert "repair orders: 60 read = 60 good + 0 held + 0 older + 0 repeated" in told
    assert told[-1].startswith("It can go live: every row goes on. Add west")


def test_a_look_at_what_all_lies_after_the_day_asks_for_the_day(small):
    said = probe(small.parent, "--language", "en", "--day", "2026-06-01")
    assert "the newest change 2026-06-28 lies after 2026-06-01: give --day" in said.output
    assert "give --day" not in probe(small.parent, "--language", "en").output
