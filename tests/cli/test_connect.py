"""What people see of a system that nobody has connected."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select

from aftercare.cli import cli
from aftercare.connections import Connection
from aftercare.sample import foreign

PERSONAL = {
    "t_wxgd": ("sxr", "sxrdh", "cph", "cjh"),
    "t_xsdd": ("khxm", "khdh", "cjh"),
    "t_ygxx": ("xm", "sj"),
}


@pytest.fixture
def west(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Personal values of a system behind the connection aftercare_dms_west."""
    engine = create_engine(f"sqlite:///{tmp_path / 'west.sqlite'}")
    foreign.make_foreign(engine, date(2026, 6, 30))
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


def test_a_draft_never_replaces_a_mapping(west, tmp_path):
    (tmp_path / "west.yaml").write_text("mine")
    said = probe(tmp_path)
    assert said.exit_code == 1
    assert "is there already" in str(said.exception)
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
