"""A night that is killed anywhere and tried again ends as if nothing had happened.

Two stores' tasks go to a real Odoo, the third's to its workbook. The second night of the sample
group is killed after each of its commits, after each call that Odoo answered, after each answer of
the mail server, after each file that it wrote, and at ten random moments. Then it goes to its end:
after a known place by the step that died and those behind it, as Airflow tries again; after a random
moment by the whole night, as an operator starts it again. Every attempt starts from copies of the
warehouse, of Odoo's database and of the shared folder as they stood that evening.
"""

import random
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from group_with_odoo import connect, crm, group_with_odoo, mail_server
from killed_night import Steps, killed, places_of
from openpyxl import load_workbook
from rows_left import rows_left
from sqlalchemy import create_engine, text
from whole_group import Group, database, shared, whole_group

from aftercare import connections, warehouse
from aftercare.demo.mailbox import Mailbox
from aftercare.demo.odoo import PREFIX
from aftercare.sample.group import SampleGroup
from aftercare.sample.staff import fill_workbooks
from aftercare.targets.odoo_mapping import OdooMapping
from targets.conftest import MAPPING, Odoo, odoo_server

__all__ = ["odoo_server"]

SEED, DAY = 60606, date(2026, 10, 15)
RANDOM_MOMENTS = 10
# So many tests share the places of a night, some three hundred; each says at its end what it found.
PARTS = 40
# What a target said of a repeat: that it is done already, for example.
WAY = frozenset({"outbound.message.reason"})


@dataclass
class Evening:
    """The group on the evening before the second night, to be copied as often as one likes."""

    made: Group
    postgres: Any
    odoo: Odoo
    warehouse: str
    folder: Path

    def attempt(self, folder: Path, at: int | None = None, after: float | None = None) -> "After":
        """The night on copies of all there is: killed where told, then run to its end.

        A night that was over before its moment came says so.
        """
        names = [f"runs_{uuid.uuid4().hex[:12]}", f"{PREFIX}{uuid.uuid4().hex[:12]}"]
        for name, template in zip(names, (self.warehouse, self.odoo.database), strict=True):
            self.postgres.create_database(name, template=template)
        engine = warehouse.connect(self.postgres.url(names[0]))
        odoo = Odoo(self.odoo.server, names[1], self.odoo.mapping)
        shutil.copytree(self.folder / "exchange", folder / "exchange")
        with pytest.MonkeyPatch.context() as patch, Mailbox(folder / "mails") as mailbox:
            connect(
                patch,
                warehouse=database(engine),
                crm_odoo=crm(odoo),
                exchange=shared(folder / "exchange"),
                docs=shared(folder / "docs"),
                smtp=mail_server(mailbox.port),
            )
            connections.forget()
            made = Group(folder, self.made.sample, engine, self.made.dealer, mailbox)
            places: list[str] = []
            began = monotonic()
            is_killed = False
            if at is not None:
                steps = Steps(folder / "steps.json")
                is_killed = killed(lambda: made.night(DAY, step=steps), at=at)
                made.night(DAY, step=steps)
            elif after is not None:
                is_killed = killed(lambda: made.night(DAY), after=after)
                made.night(DAY)
            else:
                places = places_of(lambda: made.night(DAY))
            found = After(
                places,
                is_killed,
                monotonic() - began,
                rows_left(engine, without=WAY),
                odoo_content(odoo),
                lists(folder),
                mails(made),
            )
            connections.forget()
        engine.dispose()
        for name in names:
            self.postgres.drop_database(name)
        return found


@dataclass
class After:
    """What stood everywhere when a night had come to its end."""

    places: list[str]
    is_killed: bool
    seconds: float
    tables: dict[str, list[tuple[str, ...]]]
    odoo: dict[str, list[Any]]
    lists: dict[str, list[Any]]
    mails: dict[str, Any]


def odoo_content(odoo: Odoo) -> dict[str, list[Any]]:
    """Contacts and activities as staff see them, without Odoo's own numbers."""
    contacts = odoo.find("res.partner", [], "name", "phone", "ref", "comment")
    fields = ("summary", "date_deadline", "note", "active", "feedback", "res_name", "user_id")
    tasks = odoo.find("mail.activity", [], *fields)
    notes = odoo.find("mail.message", [["model", "=", "res.partner"]], "body", "record_name")
    return {
        name: sorted(str({key: value for key, value in row.items() if key != "id"}) for row in rows)
        for name, rows in {"contacts": contacts, "tasks": tasks, "notes": notes}.items()
    }


def lists(folder: Path) -> dict[str, list[Any]]:
    """The cells of the stores' task lists."""
    found = {}
    for path in sorted((folder / "exchange" / "out").rglob("*.xlsx")):
        book = load_workbook(path, read_only=True)
        found[str(path.relative_to(folder))] = [list(s.iter_rows(values_only=True)) for s in book]
        book.close()
    return found


def mails(made: Group) -> dict[str, Any]:
    ledger = made.rows(
        "select report_key, recipient_masked, state, message_id from outbound.mail "  # noqa: S608
        f"where report_key like '%{DAY}' order by 1, 2"
    )
    return {
        "received": Counter(
            BytesParser(policy=policy.default).parsebytes(path.read_bytes())["Message-ID"]
            for path in made.mailbox.mails()
        ),
        "ledger": [tuple(row.values()) for row in ledger],
    }


@pytest.fixture(scope="module")
def evening(
    postgres: Any,
    warehouse_template: str,
    odoo_server: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("group")
    first = DAY - timedelta(days=1)
    sample = SampleGroup(SEED, 3, 1, DAY, first)
    name, kept = f"{PREFIX}{uuid.uuid4().hex[:12]}", f"evening_{uuid.uuid4().hex[:12]}"
    odoo_server.copy(name)
    odoo = Odoo(odoo_server, name, OdooMapping.read(MAPPING))
    with whole_group(postgres, warehouse_template, folder, sample, first) as (made, patch):
        patch.setenv("AFTERCARE_GROUP", str(group_with_odoo(folder, sample.store_codes)))
        connect(patch, crm_odoo=crm(odoo))
        patch.setenv("AFTERCARE_TODAY", DAY.isoformat())
        made.night(first)
        for activity in odoo.find("mail.activity", [["active", "=", True]])[:3]:
            odoo.call(
                "mail.activity", "action_feedback", ids=[activity["id"]], feedback="成功 满意度:9"
            )
        made.advance(DAY)
        fill_workbooks(folder / "exchange", sample, DAY)
        patch.setenv("AFTERCARE_TODAY", (DAY + timedelta(days=1)).isoformat())
        connections.forget()
        made.engine.dispose()
        leave_alone(postgres, made.engine.url.database, name)
        postgres.create_database(kept, template=made.engine.url.database)
        yield Evening(made, postgres, odoo, kept, folder)
    for database_name in (name, kept):
        postgres.drop_database(database_name)


def leave_alone(postgres: Any, *names: str | None) -> None:
    """Ends what Odoo and others keep open, so that a database can be copied."""
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as open_connection:
        open_connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = any(:n)"),
            {"n": list(names)},
        )
    engine.dispose()


@pytest.fixture(scope="module")
def undisturbed(evening: Evening, tmp_path_factory: pytest.TempPathFactory) -> After:
    return evening.attempt(tmp_path_factory.mktemp("undisturbed"))


def compare(after: After, undisturbed: After) -> list[str]:
    """Names of what differs, with the first difference of each."""
    differences = []
    for part in ("tables", "odoo", "lists"):
        was, found = getattr(undisturbed, part), getattr(after, part)
        for name in was.keys() | found.keys():
            if was.get(name) != found.get(name):
                gone = [row for row in was.get(name, []) if row not in found.get(name, [])]
                new = [row for row in found.get(name, []) if row not in was.get(name, [])]
                differences.append(
                    f"{name}: {len(gone)} gone, {len(new)} new: {gone[:1]} {new[:1]}"
                )
    received = after.mails["received"]
    if any(count > 1 for count in received.values()):
        differences.append(f"mailed twice: {received}")
    sent = [message for *_, state, message in after.mails["ledger"] if state == "sent"]
    unknown = [message for *_, state, message in after.mails["ledger"] if state == "unknown"]
    if len(unknown) > 1 or len(sent) + len(unknown) != len(undisturbed.mails["ledger"]):
        differences.append(f"mails lost without a word: {after.mails['ledger']}")
    if not set(sent) <= set(received) <= {*sent, *unknown}:
        differences.append(f"mails told wrongly: {after.mails['ledger']}, received {received}")
    return differences


def test_a_night_does_all_kinds_of_work(undisturbed):
    counted = Counter(undisturbed.places)
    print(counted)
    assert counted["commit"] > 50
    assert counted["call"] > 5
    assert counted["mail"] > 5
    assert counted["file"] > 1
    assert len(undisturbed.odoo["tasks"]) > 10
    assert undisturbed.tables["core.call_result"]


def test_a_night_twice_over_copies_is_the_same(evening, undisturbed, tmp_path):
    assert compare(evening.attempt(tmp_path), undisturbed) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_a_night_killed_after_any_commit_call_mail_or_file_ends_alike(
    evening, undisturbed, tmp_path, part
):
    wrong = {}
    for at in range(part, len(undisturbed.places), PARTS):
        after = evening.attempt(tmp_path / str(at), at=at)
        assert after.is_killed, at
        if differences := compare(after, undisturbed):
            wrong[at, undisturbed.places[at]] = differences
    assert wrong == {}


@pytest.mark.parametrize("number", range(RANDOM_MOMENTS))
def test_a_night_killed_at_a_random_moment_ends_alike(evening, undisturbed, tmp_path, number):
    moments = random.Random(SEED + number)
    for attempt in range(20):
        moment = moments.uniform(0.1, undisturbed.seconds)
        after = evening.attempt(tmp_path / str(attempt), after=moment)
        assert compare(after, undisturbed) == []
        if after.is_killed:
            return
    pytest.fail("no moment fell into the night")
