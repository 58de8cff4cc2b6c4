"""While the CRM works on a batch the push makes the next one ready, and leaves no trace of it."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from care_group import house_policy
from file_crm import FileCrm
from night_of_tasks import DAY, TODAY, NightOfTasks
from sqlalchemy import Engine, text

from aftercare.errors import ConfigurationError, DeliveryStopped, SystemUnreachable
from aftercare.stages.push import push
from aftercare.targets.protocol import Outcome, Record

BATCH = 5


class SlowCrm(FileCrm):
    """Looks at the outbox before it answers, for as long as it takes to see so many claimed."""

    def __init__(self, path: Path, night: NightOfTasks, sees: int) -> None:
        super().__init__(path, batch_size=BATCH)
        self._night, self._sees = night, sees
        self.seen: list[int] = []

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Keeps the records when it has seen enough, or waited long enough."""
        last_look = time.monotonic() + 5
        claimed = 0
        while claimed < self._sees and time.monotonic() < last_look:
            claimed = trial(self._night).get(("sending", 1), 0)
        self.seen.append(claimed)
        return super().upsert(records)


@pytest.fixture
def night(warehouse: Engine) -> NightOfTasks:
    return NightOfTasks(warehouse)


def trial(night: NightOfTasks) -> dict[tuple[str, int], int]:
    """How many messages are in a state after so many attempts."""
    count = "select state, attempts, count(*) as n from outbound.message group by state, attempts"
    with night.engine.connect() as connection:
        return {(row.state, row.attempts): row.n for row in connection.execute(text(count))}


def send(night: NightOfTasks, crm: Any, **given: Any) -> dict[str, Any]:
    group = given.pop("group", night.group)
    return push(night.engine, night.keyring, group, crm, DAY, TODAY, house_policy(), **given)


def test_the_next_batch_is_claimed_while_the_crm_works_on_this_one(
    night: NightOfTasks, tmp_path: Path
) -> None:
    keys = [night.task() for _ in range(2 * BATCH)]
    crm = SlowCrm(tmp_path / "crm.sqlite", night, sees=2 * BATCH)
    send(night, crm)
    assert crm.seen[0] == 2 * BATCH
    assert crm.kept() == dict.fromkeys(keys, 1)
    assert trial(night) == {("sent", 1): 4 * BATCH}


def test_what_was_claimed_when_a_guard_stopped_the_push_is_as_it_was(
    night: NightOfTasks, tmp_path: Path
) -> None:
    for _ in range(3 * BATCH):
        night.task()
    crm = FileCrm(tmp_path / "crm.sqlite", batch_size=BATCH)
    crm.answers = {f"CA01.LS4ASE2E7NJ{number:06}": "rejected" for number in range(1, BATCH + 1)}
    delivery = night.group.delivery.model_copy(update={"least_answers": BATCH})
    group = night.group.model_copy(update={"delivery": delivery})
    with pytest.raises(DeliveryStopped):
        send(night, crm, group=group)
    assert trial(night) == {("rejected", 1): BATCH, ("pending", 0): 5 * BATCH}
    crm.answers = {}
    assert send(night, crm)["sent"] == 2 * BATCH


class PoisonedCrm(FileCrm):
    """Fails at every batch with one of these keys, and keeps nothing of it."""

    poison: frozenset[str] = frozenset()

    def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Keeps the batch or fails at it."""
        if self.poison & {record.key for record in records}:
            return [Outcome(record.key, "unknown", None, "HTTP 500") for record in records]
        return super().upsert(records)


def test_records_at_which_the_crm_always_fails_hold_up_no_others(
    night: NightOfTasks, tmp_path: Path
) -> None:
    crm = PoisonedCrm(tmp_path / "crm.sqlite", batch_size=20)
    keys = [night.task() for _ in range(60)]
    contacts = [f"CA01.LS4ASE2E7NJ{number:06}" for number in range(1, 61)]
    crm.poison = frozenset({contacts[3], contacts[33]})
    for _ in range(4):
        with suppress(SystemUnreachable):
            send(night, crm)
    held = {keys[3], keys[33]}
    assert crm.kept() == dict.fromkeys((key for key in keys if key not in held), 1)
    assert [s for k, s in night.messages("contact").items() if k in crm.poison] == ["unknown"] * 2


def test_a_crm_of_which_no_answer_comes_is_left_alone_and_told(
    night: NightOfTasks, tmp_path: Path
) -> None:
    crm = PoisonedCrm(tmp_path / "crm.sqlite", batch_size=BATCH)
    for _ in range(10 * BATCH):
        night.task()
    crm.poison = frozenset(f"CA01.LS4ASE2E7NJ{number:06}" for number in range(1, 100))
    with pytest.raises(SystemUnreachable, match="HTTP 500"):
        send(night, crm)
    tried: Counter[str] = Counter()
    for (state, _), messages in trial(night).items():
        tried[state] += messages
    assert tried == {"unknown": 2 * BATCH, "pending": 18 * BATCH}


def test_a_crm_that_says_stop_stops_the_push_and_counts_against_no_message(
    night: NightOfTasks, tmp_path: Path
) -> None:
    class FullCrm(FileCrm):
        def upsert(self, records: Sequence[Record]) -> Sequence[Outcome]:
            if self.calls:
                self.stopped = "the calls of the day are used up"
                return [Outcome(record.key, "retry", None, self.stopped) for record in records]
            return super().upsert(records)

    for _ in range(4 * BATCH):
        night.task()
    with pytest.raises(ConfigurationError, match="used up"):
        send(night, FullCrm(tmp_path / "crm.sqlite", batch_size=BATCH))
    with night.engine.connect() as connection:
        refusals = connection.execute(text("select sum(refusals) from outbound.message"))
        assert refusals.scalar_one() == 0


def test_a_crm_that_is_not_as_its_mapping_says_leaves_nothing_in_doubt(
    night: NightOfTasks, tmp_path: Path
) -> None:
    class OtherCrm(FileCrm):
        def check(self) -> None:
            raise ConfigurationError("the CRM has no such field")

    for _ in range(2 * BATCH):
        night.task()
    with pytest.raises(ConfigurationError, match="no such field"):
        send(night, OtherCrm(tmp_path / "crm.sqlite", batch_size=BATCH))
    assert trial(night) == {("pending", 0): 4 * BATCH}
    assert send(night, FileCrm(tmp_path / "crm.sqlite"))["sent"] == 2 * BATCH
