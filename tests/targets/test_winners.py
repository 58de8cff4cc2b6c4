"""Who wins where staff changed a field in the CRM that we send, too; against CRMs that are not ours."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from care_group import house_policy
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server
from fxiaoke_contract import FxiaokeContract
from night_of_tasks import DAY, PHONE, TODAY, NightOfTasks
from sqlalchemy import Engine, text

from aftercare.protection import Keyring, add_key, new_keyring_json
from aftercare.stages.push import push
from aftercare.targets.odoo import OdooTarget
from aftercare.targets.protocol import Target
from aftercare.targets.winners import Conflict, Taken, conflicts, field_hash

KEY = ("crm", "contact", "CA01.X")
CORRECTED, NEWER = "13700000007", "13600000006"


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def send(night: NightOfTasks, target: Target) -> dict[str, Any]:
    counts = push(night.engine, night.keyring, night.group, target, DAY, TODAY, house_policy())
    assert counts["sent"] + counts["unchanged"] == counts["due"]
    return counts


def kept(night: NightOfTasks) -> list[tuple[str, str, str, bool]]:
    """Which conflicts were recorded."""
    asked = (
        "select entity, field, winner, has_ours_changed from outbound.field_conflict "
        "order by noticed_at, entity, field"
    )
    with night.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(asked))]


def call_again(night: NightOfTasks, task: str, target: str, phone: str | None = None) -> None:
    """The car has another plate now, and so perhaps its customer another number."""
    seal = night.keyring.encrypt
    values = {"plate": seal("渝B77777"), "phone": phone and seal(phone), "order": task[11:]}
    with night.engine.begin() as connection:
        connection.execute(
            text(
                "update core.sales_order set plate_cipher = :plate, "
                "customer_phone_cipher = coalesce(:phone, customer_phone_cipher) "
                "where order_no = :order"
            ),
            values,
        )
    night.change(task, target, due_on=DAY + timedelta(days=4))


def taken(keyring: Keyring, values: Mapping[str, str]) -> Taken:
    return Taken(keyring, KEY, {n: field_hash(keyring, KEY, n, v) for n, v in values.items()})


@pytest.mark.parametrize("winner", ["ours", "theirs"])
@pytest.mark.parametrize(
    ("now", "wanted", "found"),
    [
        ("1", "1", None),
        ("1", "2", None),  # Nobody changed it there.
        ("9", "9", None),  # Both say the same.
        ("9", "1", False),
        ("9", "2", True),
        (None, "1", False),  # They emptied it.
        (False, None, None),  # Two words for nothing.
    ],
)
def test_a_field_is_in_conflict_where_staff_changed_it_and_we_say_otherwise(
    winner: Any, now: object, wanted: object, found: bool | None
) -> None:
    held = taken(Keyring.from_json(new_keyring_json()), {"phone": "1"})
    told = conflicts({"phone": winner}, {"phone": wanted}, {"phone": now}, held)
    assert told == (() if found is None else (Conflict("phone", winner, found),))


def test_where_nobody_knows_what_was_taken_nothing_is_called_staff_s_work() -> None:
    held = taken(Keyring.from_json(new_keyring_json()), {})
    asked = ({"phone": "theirs"}, {"phone": "2"}, {"phone": "9"})
    assert conflicts(*asked, held) == conflicts(*asked, None) == ()


def test_what_was_taken_is_known_again_after_a_new_hashing_key_and_not_after_the_old_one_is_gone() -> (
    None
):
    ring = new_keyring_json()
    stored = field_hash(Keyring.from_json(ring), KEY, "phone", "1")
    later = Keyring.from_json(add_key(ring, "hashing"))
    assert not Taken(later, KEY, {"phone": stored}).differs("phone", "1")
    assert Taken(later, KEY, {"phone": stored}).differs("phone", "2")


def odoo_target(odoo: Any, wins: str | None) -> OdooTarget:
    phone = odoo.mapping.contact["phone"].model_copy(update={"wins": wins})
    contact = {**odoo.mapping.contact, "phone": phone}
    owner = odoo.mapping.owner.model_copy(update={"wins": wins})
    target = odoo.target
    target._mapping = odoo.mapping.model_copy(update={"contact": contact, "owner": owner})
    return target


def put_right(odoo: Any) -> None:
    """Somebody writes another number into the contact."""
    (contact,) = odoo.find("res.partner", [["ref", "like", "CA01."]])
    odoo.call("res.partner", "write", ids=[contact["id"]], vals={"phone": CORRECTED})


def odoo_phone(odoo: Any) -> str:
    (contact,) = odoo.find("res.partner", [["ref", "like", "CA01."]], "phone")
    return str(contact["phone"])


@pytest.mark.parametrize(
    ("wins", "left", "winner"),
    [("theirs", CORRECTED, "theirs"), ("ours", PHONE, "ours"), (None, PHONE, None)],
)
def test_odoo_a_number_that_staff_put_right_is_left_or_written_over_as_the_mapping_says(
    night: NightOfTasks, odoo: Any, wins: str | None, left: str, winner: str | None
) -> None:
    task = night.task(target="odoo")
    send(night, odoo_target(odoo, wins))
    put_right(odoo)
    call_again(night, task, "odoo")
    counts = send(night, odoo_target(odoo, wins))
    assert odoo_phone(odoo) == left
    assert kept(night) == ([("contact", "phone", winner, False)] if winner else [])
    assert counts["run"]["conflicts"] == len(kept(night))


def test_odoo_once_it_is_theirs_it_stays_theirs_until_both_say_the_same(
    night: NightOfTasks, odoo: Any
) -> None:
    task = night.task(target="odoo")
    target = odoo_target(odoo, "theirs")
    send(night, target)
    put_right(odoo)
    call_again(night, task, "odoo", NEWER)
    send(night, target)
    assert (odoo_phone(odoo), kept(night)) == (CORRECTED, [("contact", "phone", "theirs", True)])
    call_again(night, task, "odoo", CORRECTED)
    send(night, target)
    call_again(night, task, "odoo", NEWER)
    send(night, target)
    assert (odoo_phone(odoo), len(kept(night))) == (NEWER, 1)


def test_odoo_an_activity_that_was_handed_to_a_colleague_stays_with_them(
    night: NightOfTasks, odoo: Any
) -> None:
    task = night.task(target="odoo")
    target = odoo_target(odoo, "theirs")
    send(night, target)
    (activity,) = odoo.find("mail.activity", [])
    (colleague, *_) = odoo.find("res.users", [["share", "=", False]])
    odoo.call("mail.activity", "write", ids=[activity["id"]], vals={"user_id": colleague["id"]})
    call_again(night, task, "odoo")
    send(night, target)
    (activity,) = odoo.find("mail.activity", [], "user_id", "date_deadline")
    assert activity["user_id"][0] == colleague["id"]
    assert activity["date_deadline"] == (DAY + timedelta(days=4)).isoformat()
    assert kept(night) == [("task", "user_id", "theirs", False)]


def test_odoo_what_a_lost_call_wrote_is_not_taken_for_staff_s_work(
    night: NightOfTasks, odoo: Any
) -> None:
    task = night.task(target="odoo")
    target = odoo_target(odoo, "theirs")
    send(night, target)
    # A call wrote the newer number, and the process died before it could keep that.
    put_right(odoo)
    call_again(night, task, "odoo", NEWER)
    with night.engine.begin() as connection:
        connection.execute(
            text(
                "update outbound.message set state = 'unknown', attempts = 1, "
                "doubt_since = clock_timestamp() where state = 'pending'"
            )
        )
    send(night, target)
    assert (odoo_phone(odoo), kept(night)) == (NEWER, [])


def test_odoo_after_a_doubt_that_was_settled_staff_s_work_is_seen_again(
    night: NightOfTasks, odoo: Any
) -> None:
    task = night.task(target="odoo")
    target = odoo_target(odoo, "theirs")
    with night.engine.begin() as connection:
        connection.execute(text("update outbound.message set doubt_since = clock_timestamp()"))
    send(night, target)
    put_right(odoo)
    call_again(night, task, "odoo")
    send(night, target)
    assert odoo_phone(odoo) == CORRECTED
    assert kept(night) == [("contact", "phone", "theirs", False)]


@pytest.mark.parametrize(("wins", "left"), [("theirs", CORRECTED), ("ours", PHONE)])
def test_rest_a_number_that_staff_put_right_is_left_or_written_over_as_the_mapping_says(
    night: NightOfTasks, datasette: DatasetteCrm, wins: str, left: str
) -> None:
    contact = datasette.mapping().model_dump(by_alias=True, exclude_none=True)["contact"]
    contact["fields"]["phone"]["wins"] = wins
    task = night.task(target="datasette")
    send(night, datasette.target(contact=contact))
    datasette.write("update contact set phone = ?", CORRECTED)
    call_again(night, task, "datasette")
    send(night, datasette.target(contact=contact))
    (row,) = datasette.rows("contact")
    assert row["phone"] == left
    assert kept(night) == [("contact", "phone", wins, False)]


def test_contract_fxiaoke_a_number_that_staff_emptied_stays_empty(night: NightOfTasks) -> None:
    task = night.task(target="fxiaoke")
    with FxiaokeContract() as crm:
        send(night, crm.target())
        (contact,) = crm.records["ContactObj"].values()
        assert contact["mobile1"] == PHONE
        # Its answers leave empty fields out.
        contact["mobile1"] = None
        call_again(night, task, "fxiaoke")
        send(night, crm.target())
        assert contact["mobile1"] is None
    assert kept(night) == [("contact", "mobile1", "theirs", False)]
