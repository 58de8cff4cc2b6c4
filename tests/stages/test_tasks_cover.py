"""Who is away has no tasks on the lists of those days; colleagues do, and in fair shares."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from care_group import REPAIR, CareGroup, july
from sqlalchemy import Engine, select

from aftercare.errors import BadData, NotAllowed
from aftercare.stages.staff import Absence, away, back, list_absences

LEFT = july(1)
SECOND, THIRD = "CA01-AC2", "CA01-AC3"


@pytest.fixture
def care(warehouse: Engine) -> CareGroup:
    care = CareGroup(warehouse)
    care.grant("manager", "manager")
    return care


def leave(
    care: CareGroup,
    who: str,
    first: date,
    last: date,
    deputy: str | None = None,
    today: date = LEFT,
) -> dict[str, Any]:
    return away(care.engine, Absence(who, first, last, "leave", deputy), "manager", today)


def owner(care: CareGroup, key: str = REPAIR) -> str | None:
    found: str | None = care.task(key)["owner_no"]
    return found


def specialist(care: CareGroup) -> str:
    """The one specialist for repairs of the store, and a repair to ask about."""
    care.repair("R", LEFT)
    care.night(LEFT)
    found = owner(care)
    assert found is not None
    return found


def test_a_colleague_with_the_role_calls_until_the_owner_is_back(care: CareGroup) -> None:
    own = specialist(care)
    care.person(SECOND, "AC", "CA01", since=july(2))
    leave(care, own, july(3), july(3))
    care.night(july(2))
    assert owner(care) == SECOND
    care.night(july(3))
    assert owner(care) == own


def test_a_deputy_goes_before_others_with_the_role(care: CareGroup) -> None:
    own = specialist(care)
    for other in (SECOND, THIRD):
        care.person(other, "AC", "CA01")
    care.person("CA01-X", "SUP", "CA01")
    care.night(july(1))
    own = str(owner(care))
    leave(care, own, july(2), july(5), "CA01-X")
    care.night(july(1))
    assert owner(care) == "CA01-X"


def test_where_all_of_a_role_are_away_the_covering_role_calls(care: CareGroup) -> None:
    own = specialist(care)
    leave(care, own, july(2), july(5))
    care.night(july(1))
    (covering,) = [
        row["employee_no"] for row in rows(care, "core.assignment")
        if row["store_code"] == "CA01" and row["role"] == "SC"
    ]  # fmt: skip
    assert owner(care) == covering


def test_where_nobody_can_cover_the_task_stands_without_an_owner(care: CareGroup) -> None:
    own = specialist(care)
    for row in rows(care, "core.assignment"):
        if row["store_code"] == "CA01" and row["role"] in ("SC", "AC"):
            leave(care, row["employee_no"], july(2), july(5))
    care.night(july(1))
    task = care.task(REPAIR)
    assert (task["owner_no"], task["status"], task["status_reason"]) == (None, "open", "no_owner")
    assert own


def test_a_deputy_who_is_away_too_is_passed_over(care: CareGroup) -> None:
    own = specialist(care)
    care.person(SECOND, "AC", "CA01", since=july(2))
    care.person("CA01-X", "SUP", "CA01")
    leave(care, own, july(2), july(9), "CA01-X")
    leave(care, "CA01-X", july(2), july(2))
    care.night(july(1))
    assert owner(care) == SECOND
    care.night(july(2))
    assert owner(care) == "CA01-X"


def test_nobody_covers_for_a_call_to_whom_they_served(care: CareGroup) -> None:
    care.person(SECOND, "AC", "CA01", since=july(2))
    care.repair("R", LEFT, service_advisor_no=SECOND)
    care.night(LEFT)
    own = str(owner(care))
    assert own != SECOND
    leave(care, own, july(2), july(5))
    care.night(LEFT)
    assert owner(care) not in (own, SECOND, None)


def test_who_called_stays_the_owner_whatever_is_entered_afterwards(care: CareGroup) -> None:
    own = specialist(care)
    care.call(REPAIR, july(2), "reached")
    leave(care, own, july(3), july(9), today=july(2))
    care.nights(july(2), july(3))
    assert (owner(care), care.task(REPAIR)["status"]) == (own, "done")


def test_who_does_not_go_keeps_the_work(care: CareGroup) -> None:
    own = specialist(care)
    leave(care, own, july(2), july(9))
    assert back(care.engine, own, july(2), "manager", july(1))["first_on"] == july(2)
    care.night(july(1))
    assert owner(care) == own
    assert list_absences(care.engine, july(1)) == []


def test_who_comes_back_early_has_their_tasks_again(care: CareGroup) -> None:
    own = specialist(care)
    care.person(SECOND, "AC", "CA01", since=july(2))
    leave(care, own, july(2), july(9))
    care.night(july(1))
    assert owner(care) == SECOND
    back(care.engine, own, july(3), "manager", july(2))
    care.night(july(2))
    assert owner(care) == own
    assert [row["last_on"] for row in list_absences(care.engine, july(1))] == [july(2)]


def test_who_comes_back_goes_on_the_next_leave_all_the_same(care: CareGroup) -> None:
    own = specialist(care)
    leave(care, own, july(2), july(9))
    leave(care, own, july(20), july(24))
    assert back(care.engine, own, july(4), "manager", july(2))["last_on"] == july(9)
    assert [row["last_on"] for row in list_absences(care.engine, july(1))] == [july(3), july(24)]
    assert back(care.engine, own, july(5), "manager", july(3))["first_on"] == july(20)
    assert [row["last_on"] for row in list_absences(care.engine, july(1))] == [july(3)]


def test_the_same_absence_is_entered_once_and_none_overlap(care: CareGroup) -> None:
    own = specialist(care)
    assert leave(care, own, july(2), july(5))["is_new"]
    assert not leave(care, own, july(2), july(5))["is_new"]
    with pytest.raises(BadData, match="is away already from 2026-07-02 to 2026-07-05"):
        leave(care, own, july(5), july(9))
    assert leave(care, own, july(6), july(9))["is_new"]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"last_on": july(1)}, "before its first day"),
        ({"first_on": LEFT}, "the lists of 2026-07-01 are out already"),
        ({"reason": "flu"}, "'flu' is no kind of absence; there are leave, training"),
        ({"employee_no": "nobody"}, "nobody with the number nobody works in a store"),
        ({"deputy_no": "SK01-SC1"}, "works in no store of"),
        ({"deputy_no": "same"}, "their own deputy"),
    ],
)
def test_what_cannot_be_an_absence_is_refused_in_words(
    care: CareGroup, wanted: dict[str, Any], why: str
) -> None:
    own = specialist(care)
    given = {
        "employee_no": own,
        "first_on": july(2),
        "last_on": july(5),
        "reason": "leave",
    } | wanted
    if given.get("deputy_no") == "same":
        given["deputy_no"] = own
    with pytest.raises(BadData, match=why):
        away(care.engine, Absence(**given), "manager", LEFT)


def test_a_stranger_may_enter_nothing(care: CareGroup) -> None:
    own = specialist(care)
    with pytest.raises(NotAllowed, match="guest is no operator or manager of CA01"):
        away(care.engine, Absence(own, july(2), july(5), "leave"), "guest", LEFT)
    with pytest.raises(NotAllowed):
        back(care.engine, own, july(2), "guest", LEFT)
    with pytest.raises(BadData, match="the lists of 2026-07-01 are out already"):
        back(care.engine, own, LEFT, "manager", LEFT)
    with pytest.raises(BadData, match="is not away on 2026-07-02"):
        back(care.engine, own, july(2), "manager", LEFT)


def test_who_works_in_two_stores_is_sent_away_by_whoever_may_in_both(care: CareGroup) -> None:
    own = specialist(care)
    care.person("CA01-X", "SUP", "SK01")
    care._put(
        "ops.user_role", user_name="of one", role="manager", store_code="CA01",
        valid_from=date(2000, 1, 1),
    )  # fmt: skip
    assert away(care.engine, Absence(own, july(2), july(5), "leave"), "of one", LEFT)["is_new"]
    with pytest.raises(NotAllowed, match="of one is no operator or manager of SK01"):
        away(care.engine, Absence("CA01-X", july(2), july(5), "leave"), "of one", LEFT)


def shares(care: CareGroup) -> Counter[str | None]:
    keys = [key for key in care.tasks() if ".S4-06." in key]
    return Counter(owner(care, key) for key in keys)


def test_specialists_share_the_work_of_a_store_fairly(care: CareGroup) -> None:
    for number in range(3):
        care.person(f"CA01-M{number}", "AC", "CA01")
    for number in range(200):
        care.repair(f"N{number:03}", LEFT)
    care.night(LEFT)
    found = shares(care)
    assert len(found) == 4
    assert min(found.values()) >= 0.7 * 50
    assert max(found.values()) <= 1.3 * 50
    one = next(who for who in found if who)
    leave(care, one, july(2), july(5))
    care.night(LEFT)
    others = shares(care)
    assert set(others) == set(found) - {one}
    assert all(others[who] >= found[who] for who in others)
    assert max(others.values()) <= 1.3 * 200 / 3


def rows(care: CareGroup, name: str) -> list[dict[str, Any]]:
    with care.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(care.table(name))).mappings()]
