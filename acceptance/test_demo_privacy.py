"""What a whole demo leaves behind, searched for every personal value of its dealer group.

The demo runs as `make demo` starts it, in a process of its own and through Airflow's scheduler.
Personal values may stand in the dealers' own systems and in the task lists that stores work with;
everything else that the demo wrote is searched, packed or not. An employee's address may stand in one
place more: as the recipient of the statement that is mailed to them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
import yaml
from canaries import dumped, leaks, unpacked, write_patterns
from openpyxl import load_workbook

from aftercare.demo.airflow import METADATA_DATABASE as METADATA
from aftercare.demo.place import DEALER_SYSTEM, WAREHOUSE
from aftercare.demo.postgres import FORGETFUL, EmbeddedPostgres
from aftercare.demo.processes import Programs
from aftercare.rules.policy import Policy
from aftercare.sample.group import SampleGroup
from aftercare.sample.truth import canaries
from aftercare.settings import PROJECT
from aftercare.targets.workbook_sheets import FIRST_ROW
from aftercare.targets.workbook_words import NAMES

POLICY = PROJECT / "include" / "policy"
SEED, STORES = 90211, 3
THEIR_OWN = {"exchange", "skoda_export", "dealer"}
FREE_TEXT = ("complaint_description", "remark")


@dataclass(frozen=True)
class Demo:
    """What a demo left: its folder, its two servers, and its contents unpacked beside it."""

    home: Path
    server: EmbeddedPostgres
    dealer: EmbeddedPostgres
    opened: Path
    patterns: Path
    addresses: Path

    @property
    def ours(self) -> list[Path]:
        """All that lies in the demo's folder but what is the dealers' own."""
        return [path for path in self.home.iterdir() if path.name not in THEIR_OWN]


def task_rules() -> set[str]:
    """Rules that make tasks and have a follow-up in some pack."""
    known = yaml.safe_load((PROJECT / "tests" / "policy" / "section_a.yaml").read_text("utf-8"))
    built = {line.rule for line in Policy.load(POLICY).lines if "/follow_ups/" in line.line_id}
    return {rule for rule, entry in known.items() if entry["kind"] == "task"} & built


@pytest.fixture(scope="module")
def demo(homes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = homes / "demo"
    home.mkdir(mode=0o700)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "AFTERCARE"))}
    chosen = [f"--home={home}", f"--stores={STORES}", f"--seed={SEED}", "--end"]
    with (home / "output.txt").open("w") as output:
        done = subprocess.run(
            [sys.executable, "-m", "aftercare.demo.run", *chosen],
            cwd=PROJECT,
            env={**inherited, "PYTHONPATH": str(PROJECT / "plugins")},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    servers = [EmbeddedPostgres(home / name, settings=FORGETFUL) for name in ("postgres", "dealer")]
    try:
        assert done.returncode == 0, (home / "output.txt").read_text()[-2000:]
        opened = tmp_path_factory.mktemp("opened")
        values, staff = personal_values(home)
        patterns = write_patterns(opened / "patterns.txt", values)
        addresses = write_patterns(opened / "addresses.txt", staff)
        unpacked(home / "mails", opened / "mails")
        unpacked(home / "exchange" / "out", opened / "lists")
        for server, names in zip(servers, ((WAREHOUSE, METADATA), (DEALER_SYSTEM,)), strict=True):
            server.start()
            for name in names:
                dumped(server.url(name, driver="postgresql"), opened / name)
            server.stop()
        yield Demo(home, *servers, opened, patterns, addresses)
    finally:
        for name in ("airflow", "history"):
            Programs(home / name).end()
        for server in servers:
            server.destroy()


def personal_values(home: Path) -> tuple[set[str], set[str]]:
    """What the dealer systems know of people, and what staff wrote about them; employees' addresses."""
    summary = json.loads((home / "summary.json").read_text(encoding="utf-8"))
    first, last = (date.fromisoformat(summary[name]) for name in ("first_night", "night"))
    group = SampleGroup(SEED, STORES, 1, last, first)
    found = list(canaries(group.world, last))
    addresses = {value for field, value in found if field == "email"}
    known = {value for _, value in found} - addresses
    typed = {text for path in (home / "exchange" / "in").rglob("*.xlsx") for text in said(path)}
    assert len(known) > 5_000
    assert len(typed) > 50
    assert len(addresses) > 5
    return known | typed, addresses


def said(path: Path) -> Iterator[str]:
    """The free texts of a filled list."""
    book = load_workbook(path, read_only=True)
    for row in book.worksheets[1].iter_rows(min_row=FIRST_ROW + 1, values_only=True):
        for name in FREE_TEXT:
            if text := row[NAMES.index(name)]:
                yield str(text)
    book.close()


PLACES: dict[str, Callable[[Demo], list[Path]]] = {
    "Airflow's logs": lambda demo: [demo.home / "airflow" / "logs"],
    "logs of both servers": lambda demo: [demo.server.log_file, demo.dealer.log_file],
    "XComs": lambda demo: [demo.opened / METADATA / "public.xcom.csv"],
    "rows of Airflow's database": lambda demo: [demo.opened / METADATA],
    "rows of the warehouse": lambda demo: [demo.opened / WAREHOUSE],
    "files of both databases": lambda demo: [demo.server.data_dir],
    "mails": lambda demo: [demo.opened / "mails"],
    "data docs": lambda demo: [demo.home / "docs"],
    "what the demo printed": lambda demo: [demo.home / "output.txt", demo.home / "summary.json"],
    "everything of ours": lambda demo: demo.ours,
}


WITH_MAILS = ("mails", "everything of ours")


@pytest.mark.parametrize("place", PLACES)
def test_nothing_personal_stands_in(demo: Demo, place: str) -> None:
    places = PLACES[place](demo)
    written = [path for each in places for path in (each, *each.rglob("*")) if path.is_file()]
    assert sum(path.stat().st_size for path in written) > 200
    assert leaks(demo.patterns, places) == []


@pytest.mark.parametrize("place", [place for place in PLACES if place not in WITH_MAILS])
def test_no_employees_address_stands_in(demo: Demo, place: str) -> None:
    assert leaks(demo.addresses, PLACES[place](demo)) == []


def test_an_employees_address_is_the_recipient_of_their_statement_and_nothing_else(
    demo: Demo,
) -> None:
    known = set(demo.addresses.read_text(encoding="utf-8").splitlines())
    mailed = 0
    for path in (demo.home / "mails").glob("*.eml"):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        mailed += str(message["To"]) in known
        del message["To"]
        head = "\n".join(f"{name}: {value}" for name, value in message.items())
        assert not any(address in head for address in known)
    assert mailed > 5
    parts = [path for path in (demo.opened / "mails").iterdir() if path.suffix != ".eml"]
    assert leaks(demo.addresses, parts) == []


def test_the_night_and_the_month_went_through_the_scheduler(demo: Demo) -> None:
    logs = [path for path in (demo.home / "airflow" / "logs").rglob("*.log") if path.stat().st_size]
    for dag in ("night", "deliver", "month", "publish"):
        assert any(f"dag_id=aftercare_{dag}" in str(path) for path in logs), dag
    assert len((demo.opened / METADATA / "public.xcom.csv").read_text().splitlines()) > 5
    assert len(list((demo.home / "mails").glob("*.eml"))) >= 3


def test_the_search_finds_what_a_call_needs_in_the_list_of_each_store(demo: Demo) -> None:
    stores = list((demo.home / "exchange" / "out").iterdir())
    assert len(stores) == STORES
    for store in stores:
        opened = unpacked(store, demo.opened / f"list {store.name}")
        assert leaks(demo.patterns, [opened])


def test_the_search_finds_the_customers_in_the_dealers_own_database(demo: Demo) -> None:
    assert leaks(demo.patterns, [demo.opened / DEALER_SYSTEM])
    assert leaks(demo.patterns, [demo.dealer.data_dir])


def test_the_search_finds_what_a_log_would_hold_in_json(demo: Demo) -> None:
    name = next(line for line in demo.patterns.read_text().splitlines() if not line.isascii())
    log = demo.opened / "control.log"
    log.write_text(json.dumps({"event": f"could not call {name}"}))
    assert name not in log.read_text()
    assert leaks(demo.patterns, [log]) == [str(log)]


def test_every_rule_that_makes_tasks_has_some_that_people_worked_on(demo: Demo) -> None:
    rules = json.loads((demo.home / "summary.json").read_text(encoding="utf-8"))["rules"]
    worked_on = {row["rule_id"] for row in rules if row["handed_on"]}
    assert task_rules() - worked_on == set()
