"""The outbox in the hands of operators: what is given up, sent again, dropped, stopped, let through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from care_group import house_policy
from file_crm import FileCrm
from night_of_tasks import DAY, NAME, PHONE, PLATE, TODAY, NightOfTasks
from sqlalchemy import Engine, func, insert, select, update

from aftercare import warehouse
from aftercare.errors import BadData, DeliveryStopped, NotAllowed
from aftercare.settings import Delivery
from aftercare.stages.outbox import (
    Chosen,
    count_outbox,
    decide,
    let_through,
    list_outbox,
    show_message,
)
from aftercare.stages.push import push, sudden_volume
from aftercare.targets.rehearsed import Samples, rehearsed
from aftercare.targets.sender import REHEARSALS, claimer
from aftercare.targets.workbook import WorkbookTarget

USER = "operator"
TARGET = Chosen(target="crm", states=("rejected", "dead"))


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    night = NightOfTasks(warehouse)
    grant(night, USER)
    return night


@pytest.fixture
def crm(tmp_path: Path) -> FileCrm:
    return FileCrm(tmp_path / "crm.sqlite")


def grant(night: NightOfTasks, user: str, store: str = "*") -> None:
    table = night.table("ops.user_role")
    with night.engine.begin() as connection:
        connection.execute(
            insert(table).values(
                user_name=user,
                role="operator",
                store_code=store,
                valid_from=date(2026, 1, 1),
            )
        )


def send(night: NightOfTasks, crm: Any, later: int = 0, **given: Any) -> dict[str, Any]:
    """The push of the night, or of so many nights later."""
    day, today = DAY + timedelta(days=later), TODAY + timedelta(days=later)
    return push(night.engine, night.keyring, night.group, crm, day, today, house_policy(), **given)


def choose(night: NightOfTasks, key: str, entity: str = "task") -> Chosen:
    """The newest message of a key."""
    table = night.table("outbound.message")
    with night.engine.connect() as connection:
        newest = connection.scalar(
            select(func.max(table.c.message_id)).where(
                table.c.external_key == key, table.c.entity == entity
            )
        )
    return Chosen((newest,))


def act(night: NightOfTasks, chosen: Chosen, action: Any, user: str = USER) -> list[Any]:
    return decide(night.engine, night.group, chosen, action, "the clerk asked for it", user, TODAY)


def delivering(night: NightOfTasks, **guard: Any) -> None:
    """The group with other limits of its pushes."""
    night.group = night.group.model_copy(update={"delivery": Delivery(**guard)})


def earlier_days(night: NightOfTasks, count: int, messages: int) -> None:
    """Work days before tonight's, each of so many messages that were sent."""
    table = night.table("outbound.message")
    key = night.task()
    with night.engine.begin() as connection:
        for day in range(1, count + 1):
            for number in range(messages):
                connection.execute(
                    insert(table).values(
                        target="crm",
                        entity="task",
                        external_key=f"{day}.{number}",
                        version=1,
                        action="upsert",
                        store_code="CA01",
                        task_key=key,
                        work_day=DAY + timedelta(days=1 - day),
                        state="sent",
                    )
                )


def test_what_the_target_rejected_is_listed_with_its_reason_and_goes_again_when_asked(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key, other = night.task(), night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    (row,) = list_outbox(night.engine, TARGET, 50)
    assert (row["external_key"], row["state"], row["in_all"]) == (key, "rejected", 1)
    assert "phone" in row["reason"]
    send(night, crm)
    assert night.messages() == {key: "rejected", other: "sent"}

    crm.answers.clear()
    act(night, TARGET, "replay")
    send(night, crm)
    assert crm.kept() == {key: 1, other: 1}
    assert count_outbox(night.engine) == []


def test_by_another_mapping_what_was_rejected_goes_again_by_itself(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    crm.answers.clear()
    calls = crm.calls
    send(night, crm)
    assert (night.messages()[key], crm.calls) == ("rejected", calls)
    crm.mapping_digest = "second"
    send(night, crm)
    assert night.messages()[key] == "sent"


def test_a_task_goes_again_when_its_contact_was_taken_after_all(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task(vin="VINX")
    crm.answers["CA01.VINX"] = "rejected"
    send(night, crm)
    assert night.reasons()[key] == "contact_rejected"
    crm.answers.clear()
    act(night, choose(night, "CA01.VINX", "contact"), "replay")
    send(night, crm)
    assert (crm.kept("contact"), crm.kept()) == ({"CA01.VINX": 1}, {key: 1})


def test_a_contact_goes_again_for_its_other_task_when_the_one_it_was_sent_for_is_over(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key, over = night.task(vin="VINX"), night.task(vin="VINX")
    crm.answers["CA01.VINX"] = "rejected"
    send(night, crm)
    night.change(over, status="withdrawn")
    send(night, crm)
    listed = list_outbox(night.engine, TARGET, 50)
    assert {row["external_key"]: row["reason"] for row in listed} == {
        "CA01.VINX": "phone: rejected by the CRM",
        key: "contact_rejected",
    }
    assert [row["messages"] for row in count_outbox(night.engine)] == [2]
    crm.answers.clear()
    crm.mapping_digest = "second"
    send(night, crm)
    assert (crm.kept("contact"), crm.kept()) == ({"CA01.VINX": 1}, {key: 1})


def test_a_contact_that_nothing_stands_on_any_more_does_not_go_again(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task(vin="VINX")
    crm.answers["CA01.VINX"] = "rejected"
    send(night, crm)
    night.change(key, status="withdrawn")
    crm.answers.clear()
    crm.mapping_digest = "second"
    send(night, crm)
    assert crm.kept("contact") == {}
    assert list_outbox(night.engine, TARGET, 50) == count_outbox(night.engine) == []


def test_what_is_over_does_not_go_again(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    crm.answers.clear()
    night.change(key, status="withdrawn")
    crm.mapping_digest = "second"
    send(night, crm)
    assert crm.kept() == {}


def test_what_is_not_taken_run_after_run_while_others_are_is_given_up(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, most_refusals=3)
    key = night.task()
    crm.answers[key] = "retry"
    for later in (2, 1, 0):
        assert night.messages()[key] != "dead"
        night.task()
        counts = send(night, crm, later)
    assert (counts["dead"], night.messages()[key]) == (1, "dead")
    assert counts["due"] == counts["sent"] + counts["dead"] == 4
    calls = crm.calls
    send(night, crm)
    assert crm.calls == calls

    crm.answers.clear()
    act(night, TARGET, "replay")
    send(night, crm)
    assert night.messages()[key] == "sent"


def test_a_day_on_which_much_is_tried_again_counts_once(night: NightOfTasks, crm: FileCrm) -> None:
    delivering(night, most_refusals=2)
    key = night.task()
    crm.answers[key] = "retry"
    for _ in range(4):
        night.task()
        send(night, crm)
    assert night.messages()[key] == "retry"
    night.task()
    send(night, crm, later=1)
    assert night.messages()[key] == "dead"


def test_what_was_given_up_stands_in_every_report_until_somebody_decides(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, most_refusals=1)
    key = night.task()
    night.task()
    crm.answers[key] = "retry"
    send(night, crm)
    night.task()
    send(night, crm)
    later = push(
        *(night.engine, night.keyring, night.group, crm),
        *(DAY + timedelta(days=2), TODAY + timedelta(days=2), house_policy()),
    )
    assert (later["due"], later["given_up"]) == (0, 1)
    act(night, TARGET, "drop")
    assert send(night, crm)["given_up"] == 0


def test_a_lost_answer_that_is_tried_twice_in_a_run_counts_once(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, most_refusals=2)
    key = night.task()
    night.task()
    crm.answers[key] = "unknown"
    send(night, crm)
    assert night.messages()[key] == "unknown"


def test_a_target_that_takes_contacts_and_no_tasks_makes_no_task_given_up(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, most_refusals=1)
    for _ in range(3):
        keys = [night.task() for _ in range(2)]
        crm.answers |= dict.fromkeys(keys, "retry")
        send(night, crm)
    assert set(night.messages().values()) == {"retry"}


def test_a_target_that_takes_nothing_makes_no_message_given_up(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, most_refusals=2)
    keys = [night.task() for _ in range(2)]
    crm.answers |= dict.fromkeys(keys, "retry")
    send(night, crm)
    for later in range(1, 5):
        with pytest.raises(Exception, match="takes nothing at the moment"):
            send(night, crm, later)
    assert set(night.messages().values()) == {"retry"}
    crm.answers.clear()
    send(night, crm)
    assert set(night.messages().values()) == {"sent"}


def test_what_was_dropped_is_never_sent_until_the_task_changes(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    act(night, choose(night, key), "drop")
    counts = send(night, crm)
    assert (crm.kept(), counts["dropped"], counts["due"]) == ({}, 1, 1)
    night.change(key, due_on=DAY + timedelta(days=4))
    send(night, crm)
    assert crm.kept() == {key: 1}


def test_a_contact_that_was_dropped_does_not_come_with_its_task(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task(vin="VINX")
    act(night, choose(night, "CA01.VINX", "contact"), "drop")
    for _ in range(2):
        send(night, crm)
        assert (crm.kept("contact"), crm.kept()) == ({}, {})
    assert night.reasons()[key] == "contact_rejected"


def test_who_decided_and_why_is_kept(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    act(night, choose(night, key), "replay")
    story = show(night, key)
    (decision,) = story["decisions"]
    told = (decision["action"], decision["decided_by"], decision["reason"])
    assert told == ("replay", USER, "the clerk asked for it")


def show(night: NightOfTasks, asked: str) -> dict[str, Any]:
    return show_message(night.engine, night.keyring, night.group, house_policy(), TODAY, asked)


def test_the_story_of_a_key_shows_versions_and_what_was_taken_and_nothing_private(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, due_on=DAY + timedelta(days=4))
    send(night, crm)
    story = show(night, key)
    assert [row["version"] for row in story["messages"]] == [1, 2]
    taken = [(row["target"], row["acknowledged_version"]) for row in story["acknowledged"]]
    assert taken == [("crm", 2)]
    number = str(story["messages"][0]["message_id"])
    assert show(night, number) == story
    assert story["said"]["rule_id"] == "S4-03"
    contact = show(night, str(story["messages"][0]["message_id"] - 1))
    for secret in (NAME, PHONE, PLATE):
        assert secret not in str(story) + str(contact)
    with pytest.raises(BadData, match="outbox list"):
        show(night, "no such key")


def test_nothing_would_be_said_of_what_is_over(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    send(night, crm)
    night.change(key, status="done", status_reason="reached")
    assert show(night, key)["said"] == {}


@pytest.mark.parametrize("action", ["replay", "drop"])
def test_only_operators_of_its_store_decide(night: NightOfTasks, crm: FileCrm, action: str) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    grant(night, "elsewhere", "SK01")
    for user in ("nobody", "elsewhere"):
        with pytest.raises(NotAllowed, match="CA01"):
            act(night, choose(night, key), action, user)
    assert night.messages()[key] == "rejected"


def test_nobody_decides_about_everything_by_a_slip(night: NightOfTasks) -> None:
    night.task()
    for chosen in (Chosen(), Chosen(target="crm"), Chosen(states=("rejected",))):
        with pytest.raises(BadData, match="say which"):
            act(night, chosen, "drop")


@pytest.mark.parametrize("action", ["replay", "drop"])
def test_what_was_taken_can_be_neither_sent_again_nor_dropped(
    night: NightOfTasks, crm: FileCrm, action: str
) -> None:
    key = night.task()
    send(night, crm)
    with pytest.raises(BadData, match="is sent"):
        act(night, choose(night, key), action)


def test_an_older_message_of_a_key_cannot_be_chosen(night: NightOfTasks, crm: FileCrm) -> None:
    key = night.task()
    old = choose(night, key)
    night.change(key, due_on=DAY + timedelta(days=4))
    with pytest.raises(BadData, match="newest"):
        act(night, old, "drop")


def test_a_workbook_drops_no_single_task(night: NightOfTasks) -> None:
    key = night.task(target="workbook")
    with pytest.raises(BadData, match="written whole"):
        act(night, choose(night, key), "drop")


def refused_by_a_gateway(night: NightOfTasks) -> str:
    """A message to a customer that the group's gateway would not send."""
    messages = night.group.targets.messages.model_copy(update={"default": "sms"})
    targets = night.group.targets.model_copy(update={"messages": messages})
    night.group = night.group.model_copy(update={"targets": targets})
    key = night.task(target="sms", channel="sms")
    table = night.table("outbound.message")
    with night.engine.begin() as connection:
        refused = update(table).where(table.c.external_key == key)
        connection.execute(refused.values(state="rejected"))
    return key


@pytest.mark.parametrize(("action", "said"), [("replay", "by hand"), ("drop", "is rejected")])
def test_what_a_gateway_refused_is_an_answer_and_is_neither_said_again_nor_dropped(
    night: NightOfTasks, action: str, said: str
) -> None:
    key = refused_by_a_gateway(night)
    with pytest.raises(BadData, match=said):
        act(night, choose(night, key), action)


def test_a_day_of_far_too_many_messages_is_stopped_before_anything_leaves(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, least_messages=10)
    earlier_days(night, 8, 2)
    for _ in range(9):
        night.task()
    with pytest.raises(DeliveryStopped, match="usual are 2 a day"):
        send(night, crm)
    assert crm.calls == 0
    assert set(night.messages("contact").values()) == {"pending"}
    assert stopped_report(night)["guard"] == "volume"

    let_through(night.engine, "crm", "a new store went live", USER, TODAY)
    counts = send(night, crm)
    assert (counts["sent"], counts["stopped"]) == (10, None)
    for _ in range(10):
        night.task()
    with pytest.raises(DeliveryStopped):
        send(night, crm)
    counts = send(night, crm, guarded=False)
    assert (counts["sent"], counts["let_through"]["found"]) == (20, "10")


@pytest.mark.parametrize("event", ["festival", "campaign"])
def test_what_was_planned_to_come_at_once_is_no_sudden_volume(
    night: NightOfTasks, crm: FileCrm, event: str
) -> None:
    delivering(night, least_messages=10)
    earlier_days(night, 8, 2)
    for _ in range(12):
        night.task(event=event)
    assert send(night, crm)["sent"] == 13


def test_what_is_taken_back_before_it_was_sent_is_no_sudden_volume(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, least_messages=10)
    earlier_days(night, 8, 2)
    keys = [night.task() for _ in range(12)]
    with pytest.raises(DeliveryStopped):
        send(night, crm)
    for key in keys:
        night.change(key, status="withdrawn")
    assert send(night, crm)["stopped"] is None
    assert set(crm.kept()) & set(keys) == set()


def stopped_report(night: NightOfTasks) -> dict[str, Any]:
    with night.engine.connect() as connection:
        found = warehouse.run(connection, "morning/list_reports", day=DAY.isoformat())
        return next(row.counts["stopped"] for row in found if row.stage == "push")


def test_who_is_no_operator_of_all_stores_lets_nothing_through(night: NightOfTasks) -> None:
    night.task()
    grant(night, "elsewhere", "SK01")
    with pytest.raises(NotAllowed):
        let_through(night.engine, "crm", "it is right", "elsewhere", TODAY)


def test_a_target_that_rejects_too_much_is_left_alone_and_the_rest_waits(
    night: NightOfTasks, crm: FileCrm
) -> None:
    delivering(night, least_answers=10)
    keys = [night.task() for _ in range(20)]
    crm.answers |= dict.fromkeys(keys, "rejected")
    with pytest.raises(DeliveryStopped, match="was rejected"):
        send(night, crm)
    states = list(night.messages().values())
    assert states.count("pending") >= 5
    assert stopped_report(night)["guard"] == "rejected"
    crm.answers.clear()
    send(night, crm)
    act(night, TARGET, "replay")
    send(night, crm)
    assert crm.kept() == dict.fromkeys(keys, 1)


def rehearse(night: NightOfTasks, target: Any, most: int = 2) -> tuple[Samples, dict[str, Any]]:
    samples = Samples(most)
    with warehouse.rehearsal(night.engine) as undone:
        counts = push(
            undone.engine,
            night.keyring,
            night.group,
            rehearsed(target, samples),
            DAY,
            TODAY,
            house_policy(),
            guarded=False,
        )
        assert sudden_volume(undone.engine, target.name, night.group, DAY) is None
    return samples, counts


def test_a_rehearsal_counts_what_a_push_would_send_and_changes_nothing(
    night: NightOfTasks, crm: FileCrm
) -> None:
    moved, gone, kept = (night.task() for _ in range(3))
    send(night, crm)
    night.change(moved, due_on=DAY + timedelta(days=5))
    night.change(gone, status="withdrawn")
    night.change(kept, changed_day=DAY)
    night.task()
    before = (night.messages(), night.ledger(), crm.calls)
    samples, counts = rehearse(night, crm)
    assert samples.counts == {
        "contact_create": 1,
        "task_create": 1,
        "task_update": 1,
        "task_withdraw": 1,
    }
    assert counts["unchanged"] == 1
    assert (night.messages(), night.ledger(), crm.calls) == before
    send(night, crm)
    assert (moved in crm.kept(), gone in crm.kept()) == (True, False)


def test_nobody_rehearses_while_somebody_sends_and_who_begins_then_waits(
    night: NightOfTasks, crm: FileCrm
) -> None:
    night.task()
    asked = {"rehearsals": REHEARSALS, "target": "crm"}
    with claimer(night.engine, "crm"), night.engine.begin() as connection:
        assert not warehouse.run(connection, "outbound/try_rehearsal", **asked).scalar_one()
    with night.engine.begin() as connection, ThreadPoolExecutor() as threads:
        assert warehouse.run(connection, "outbound/try_rehearsal", **asked).scalar_one()
        begun = threads.submit(send, night, crm)
        with pytest.raises(TimeoutError):
            begun.result(timeout=0.5)
        connection.rollback()
        assert begun.result(timeout=30)["sent"] == 1


def test_samples_are_few_and_hold_nothing_private(night: NightOfTasks, crm: FileCrm) -> None:
    for _ in range(7):
        night.task()
    samples, _ = rehearse(night, crm, most=2)
    assert len(samples.shown) == 4
    text = str(samples.shown)
    assert "S4-03" in text
    for secret in (NAME, PHONE, PLATE):
        assert secret not in text


def test_a_rehearsal_of_lists_writes_none(night: NightOfTasks, tmp_path: Path) -> None:
    night.task(target="workbook")
    folder = WorkbookTarget(str(tmp_path / "exchange"))
    samples, _ = rehearse(night, folder)
    assert samples.counts == {"list": 1}
    assert not list((tmp_path / "exchange").rglob("*.xlsx"))


def test_the_report_of_a_run_says_what_was_made_changed_and_tried_again(
    night: NightOfTasks, crm: FileCrm
) -> None:
    moved, gone, late = (night.task() for _ in range(3))
    crm.answers[late] = "retry"
    first = send(night, crm)["run"]
    assert (first["created"], first["updated"], first["calls"]) == (5, 0, crm.calls)
    crm.answers.clear()
    night.change(moved, due_on=DAY + timedelta(days=5))
    night.change(gone, status="withdrawn")
    second = send(night, crm)["run"]
    made = {name: second[name] for name in ("created", "updated", "withdrawn", "retried")}
    assert made == {"created": 1, "updated": 1, "withdrawn": 1, "retried": 1}


def test_what_was_rejected_goes_again_when_anything_that_it_says_changes(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key, other = night.task(), night.task()
    crm.answers[key] = crm.answers[other] = "rejected"
    send(night, crm)
    crm.answers.clear()
    orders = night.table("core.sales_order")
    with night.engine.begin() as connection:
        # No task is compared by the model, so no night sends it for that.
        order_no = key.rpartition(".")[2]
        connection.execute(
            update(orders).where(orders.c.order_no == order_no).values(model="UNI-V")
        )
    send(night, crm)
    assert night.messages() == {key: "sent", other: "rejected"}
    assert "UNI-V" in crm.body(key)


def test_a_contact_that_was_rejected_goes_again_when_it_changes_and_its_task_with_it(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    (contact,) = night.messages("contact")
    crm.answers[contact] = "rejected"
    first = send(night, crm)
    assert first["rejected_by"] == {"contact_rejected": 1}
    assert first["contacts_rejected_by"] == {"phone: rejected by the CRM": 1}
    crm.answers.clear()
    send(night, crm)
    assert night.messages() == {key: "rejected"}
    orders = night.table("core.sales_order")
    with night.engine.begin() as connection:
        number = night.keyring.encrypt("13900000002")
        connection.execute(update(orders).values(customer_phone_cipher=number))
    send(night, crm)
    assert night.messages() == {key: "sent"}


def test_what_was_rejected_before_hashes_were_kept_goes_again_at_its_next_change(
    night: NightOfTasks, crm: FileCrm
) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    crm.answers.clear()
    messages, orders = night.table("outbound.message"), night.table("core.sales_order")
    with night.engine.begin() as connection:
        connection.execute(update(messages).values(refused_hash=None))
    send(night, crm)
    assert night.messages() == {key: "rejected"}
    with night.engine.begin() as connection:
        connection.execute(update(orders).values(model="UNI-V"))
    send(night, crm)
    assert night.messages() == {key: "sent"}


@pytest.mark.parametrize("answer", ["rejected", "unknown"])
def test_what_was_refused_is_shown_masked_as_it_was_until_it_is_settled(
    night: NightOfTasks, crm: FileCrm, answer: Any
) -> None:
    key = night.task()
    crm.answers[key] = answer
    send(night, crm)
    orders = night.table("core.sales_order")
    with night.engine.begin() as connection:
        connection.execute(update(orders).values(model="UNI-V"))
    story = show(night, key)
    assert (story["refused"]["model"], story["said"]["model"]) == ("CS75 PLUS", "UNI-V")
    for secret in (NAME, PHONE, PLATE):
        assert secret not in str(story)
    crm.answers.clear()
    send(night, crm)
    assert night.messages() == {key: "sent"}
    assert show(night, key)["refused"] == {}


@pytest.mark.parametrize("end", ["dropped", "replaced", "over"])
def test_what_was_refused_is_forgotten_when_nobody_needs_it_any_more(
    night: NightOfTasks, crm: FileCrm, end: str
) -> None:
    key = night.task()
    crm.answers[key] = "rejected"
    send(night, crm)
    match end:
        case "dropped":
            act(night, choose(night, key), "drop")
        case "replaced":
            crm.answers.clear()
            night.change(key, due_on=DAY + timedelta(days=5))
        case "over":
            night.change(key, status="done", status_reason="reached")
    send(night, crm)
    messages = night.table("outbound.message")
    with night.engine.connect() as connection:
        assert set(connection.scalars(select(messages.c.refused_fields))) == {None}


def test_the_report_of_a_run_says_what_was_as_it_was_rejected_and_in_doubt(
    night: NightOfTasks, crm: FileCrm
) -> None:
    same, refused, lost, settled = (night.task() for _ in range(4))
    send(night, crm)
    for key in (same, refused, lost, settled):
        night.change(key, changed_day=DAY)
    for key in (refused, lost):
        night.change(key, due_on=DAY + timedelta(days=5))
    crm.answers |= {refused: "rejected", lost: "unknown"}
    run = send(night, crm)["run"]
    assert (run["rejected"], run["rejected_by"]) == (1, {"phone: rejected by the CRM": 1})
    # The contacts are as they were, too.
    assert (run["unknown"], run["unchanged"]) == (1, 2 + 4)
    crm.answers.clear()
    assert send(night, crm)["run"]["unknown"] == 0
