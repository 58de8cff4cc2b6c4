"""Every figure of a small random group is what plain loops over its rows say, row by row."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from core_rows import buyers, core_row
from kpis_counted import count, is_met
from kpis_of_examples import OF_EXAMPLES
from kpis_of_people import OF_CONTACTS, OF_PEOPLE
from kpis_of_stores import OF_STORES
from kpis_world import World
from scored_month import ScoredMonth, closed_on
from sqlalchemy import Engine

from aftercare.stages.scorecards import score_month

ZONE = ZoneInfo("Asia/Shanghai")
SEEDS = range(2)
ALL = (*OF_PEOPLE, *OF_CONTACTS, *OF_STORES, *OF_EXAMPLES)
OF_ANSWERS = (
    *("store_satisfaction", "satisfied_share", "advisor_satisfied_share", "advisor_fault_cleared"),
    "consultant_satisfied_share",
)
"""Figures over what customers said, of which nothing is left out."""
MONTHS = ("2026-03", "2026-04", "2026-05")
TODAY = date(2026, 8, 1)
BEGIN, END = date(2025, 8, 20), date(2026, 6, 20)
CLOSED = frozenset(
    {date(2026, 5, 1) + timedelta(days=day) for day in range(3)} | {date(2026, 4, 30)}
)
STORES = {"SK01": "SKODA", "SK02": "SKODA", "CA01": "CHANGAN", "DP01": "DEEPAL"}
PACKS = {
    "SK01": "skoda-dealer",
    "SK02": "skoda-dealer",
    "CA01": "changan-dealer",
    "DP01": "heyuan-deepal",
}
OUTCOMES = (
    "reached", "reached", "reached", "no_answer", "busy", "refused", "invalid_number", "wrong_person",
    "already_called", "not_our_customer", "message_sent",
)  # fmt: skip
CAME = (time(0), time(8), time(8, 30), time(12), time(16, 30), time(17, 45), time(18), time(23, 59))
REMINDERS = (
    ("first_service_due", "service"), ("service_due", "service"), ("service_due", "service"),
    ("registration", "inspection"), ("invoice", "warranty"), ("policy_end", "insurance"),
    ("birthday", "greeting"), ("lunar_birthday", "greeting"), ("festival", "greeting"),
    ("referral", "greeting"), ("lead_defeated", "campaign"), ("last_visit", "campaign"),
)  # fmt: skip
WHY_NOT = (
    "shadow", "stopped", "paused", "do_not_call", "no_consent", "consent_refused", "contact_budget",
    "store_closed",
)  # fmt: skip
TAKEN_BACK = (
    "came_again", "booked", "said_no", "sold_again", "other_owner", "document_gone", None,
)  # fmt: skip
BEGUN = {
    "acknowledged_at": ("SK01", date(2026, 4, 1)),
    "dispatched_at": ("CA01", date(2026, 5, 1)),
    "planned_at": ("DP01", date(2026, 5, 1)),
    "solved_at": ("SK02", date(2026, 4, 1)),
    "second_call_at": ("DP01", date(2026, 4, 1)),
}
PLAIN = {"merged_into": None, "contact_digest": None, "is_face_to_face": False}
REASONS = (None, None, None, "shadow", "store_closed", "stopped", "contact_budget")


class Dice(Random):
    """Days, moments and choices."""

    def day(self, first: date = BEGIN, last: date = END) -> date:
        # Edges of months are where figures go wrong.
        found = first + timedelta(days=self.randrange((last - first).days + 1))
        if self.random() < 0.3:
            found = found.replace(day=1) - timedelta(days=self.choice((0, 1)))
        return found

    def moment(self) -> datetime:
        day, hour = self.day(), self.choice((0, 7, 12, 23))
        return datetime(day.year, day.month, day.day, hour, self.choice((0, 59)), tzinfo=ZONE)

    def vanished(self) -> date | None:
        return self.day(date(2026, 3, 1)) if self.random() < 0.1 else None


def posts(dice: Dice) -> list[dict[str, Any]]:
    found = []
    for store in STORES:
        for role in ("SC", "AC", "SUP", "DIR"):
            for number in SEEDS:
                valid_from = dice.choice((date(2020, 1, 1), dice.day(date(2026, 2, 1))))
                is_leaving = dice.random() < 0.4
                valid_to = valid_from + timedelta(days=dice.randrange(90)) if is_leaving else None
                found.append(
                    {
                        "employee_no": f"{store}{role}{number}",
                        "store_code": store,
                        "role": role,
                        "valid_from": valid_from,
                        "valid_to": valid_to,
                    }
                )
    return found


def lived(seed: int) -> World:
    """A group with some of everything, much of it in the same few vehicles."""
    dice = Dice(seed)
    world = World(PACKS, posts(dice), closed=CLOSED)
    vins = [f"VIN{number:03}" for number in range(60)]

    def rows(feed: str, number: int, **values: Any) -> list[dict[str, Any]]:
        return [
            core_row(
                feed,
                dice.choice(list(STORES)),
                {name: value() for name, value in values.items()}
                | {"vin": dice.choice(vins), "vanished_day": dice.vanished()},
            )
            for _ in range(number)
        ]

    world.bookings = rows(
        "booking",
        120,
        booked_on=dice.day,
        status=lambda: dice.choice(
            ("booked", "kept", "kept", "cancelled", "no_show", "requested", "refused", "withdrawn")
        ),
    )
    world.policies = rows(
        "insurance_policy",
        200,
        starts_on=dice.day,
        kind=lambda: dice.choice(("commercial", "compulsory")),
        status=lambda: dice.choice(("active", "active", "active", "cancelled")),
    )
    for policy in world.policies:
        policy["ends_on"] = policy["starts_on"] + timedelta(days=dice.choice((60, 90, 180, 365)))
    world.visits = rows(
        "repair_order",
        160,
        opened_at=dice.moment,
        ro_type=lambda: dice.choice(("repair", "repair", "warranty", "pre_delivery")),
        repair_type=lambda: dice.choice(("maintenance", "maintenance", "mechanical", None)),
        status=lambda: dice.choice(("settled", "settled", "open", "cancelled")),
        is_reversed=lambda: dice.random() < 0.1,
    )
    world.visits += came_before(Dice(seed + 800), vins)
    world.sales = rows(
        "sales_order",
        150,
        delivered_on=lambda: dice.day(date(2024, 6, 1)),
        status=lambda: dice.choice(("active", "active", "active", "cancelled")),
        sale_type=lambda: dice.choice((None, "new", "new", "new", "repurchase")),
        customer_kind=lambda: dice.choice((None, "person", "person", "company")),
    )
    for sale in world.sales:
        # Who has a company's car is not asked; a person is known by the order's name, or is not.
        is_asked = sale["customer_kind"] != "company"
        sale["buyer"] = f"P{dice.randrange(60)}" if is_asked and dice.random() < 0.8 else None
    for number in range(200):
        received = dice.day()
        came = datetime.combine(received, dice.choice(CAME), ZONE)
        closed = dice.choice((None, datetime.combine(received, time(dice.choice((0, 23))), ZONE)))
        no = f"C{number:03}"
        world.complaints.append(
            core_row(
                "complaint",
                dice.choice(list(STORES)),
                {
                    "complaint_no": no,
                    "task_key": dice.choice((None, no)),
                    "received_on": received,
                    "received_at": came,
                    **{step: came + later if later else None for step, later in steps(dice)},
                    "closed_at": closed and closed + timedelta(days=dice.choice((0, 6, 7, 8, 30))),
                    "vanished_day": dice.vanished(),
                },
            )
        )
    again(Dice(seed + 100), world.complaints)
    answer(Dice(seed + 500), world.complaints)
    default(Dice(seed + 600), world.complaints)
    close_early(Dice(seed + 700), world.complaints)
    begin_to_note(world.complaints)
    write_down(Dice(seed + 200), world.sales)
    put_away(Dice(seed + 300), world.sales)
    for number in range(250):
        add_task(world, dice, number, dice.choice([*vins, f"OTHER{number}", f"OTHER{number}"]))
    call_in_vain(Dice(seed + 900), world)
    for number in range(500):
        add_reminder(world, dice, number, dice.choice(vins))
    brought = [sale for sale in world.sales if sale["store_code"] == "DP01"]
    for number, sale in enumerate(brought[::2]):
        known = {"referral_no": f"R{number}", "referred_on": dice.day(), "vin": None}
        row = core_row("referral", "DP01", {"new_order_no": sale["order_no"], **known})
        world.referrals.append(row)
    give_posts(Dice(seed + 406), world)
    deliver_more(Dice(seed + 500), world)
    return world


def give_posts(dice: Dice, world: World) -> None:
    """Advisors, consultants and renewal specialists, whose visits, orders and policies the same rows are."""
    staff: dict[tuple[str, str], list[str]] = {}
    for store in STORES:
        for role in ("SA", "CONSULTANT", "RENEWAL"):
            for number in SEEDS:
                since = dice.choice((date(2020, 1, 1), dice.day(date(2026, 2, 1))))
                until = since + timedelta(days=dice.randrange(90)) if dice.random() < 0.2 else None
                post = {"employee_no": f"{store}{role}{number}", "store_code": store, "role": role}
                world.posts.append(post | {"valid_from": since, "valid_to": until})
                staff.setdefault((store, role), []).append(str(post["employee_no"]))

    def somebody(store: str, role: str) -> str | None:
        return dice.choice((*staff[store, role], *staff[store, role], "NOBODY", None))

    for visit in world.visits:
        visit["service_advisor_no"] = somebody(visit["store_code"], "SA")
    for sale in world.sales:
        # An order without one lacks it in the archive, too.
        if sale["sales_consultant_no"] is not None:
            sale["sales_consultant_no"] = somebody(sale["store_code"], "CONSULTANT") or "NOBODY"
    for policy in world.policies:
        policy["sold_by_no"] = somebody(policy["store_code"], "RENEWAL")
    documents = {
        # What a known buyer asked for holds for all that they bought, which is not judged here.
        "sales_order": [
            (row["store_code"], row["order_no"]) for row in world.sales if row["buyer"] is None
        ],
        "repair_order": [(row["store_code"], row["ro_no"]) for row in world.visits],
        "insurance_policy": [(row["store_code"], row["policy_no"]) for row in world.policies],
    }
    unused = {kind: dice.sample(rows, len(rows)) for kind, rows in documents.items()}
    for task in world.tasks:
        kinds = ("sales_order", "repair_order") if task["is_counted"] else ("insurance_policy",)
        kind = dice.choice(kinds)
        here = [each for each in unused[kind] if each[0] == task["store_code"]]
        if not here or task["event"] == "lead_defeated":
            continue
        unused[kind].remove(here[0])
        task |= {"document_kind": kind, "document_no": here[0][1]}
        if kind == "insurance_policy" and dice.random() < 0.5:
            task["owner_role"] = "RENEWAL"
            task["owner_no"] = somebody(task["store_code"], "RENEWAL")
    for call in world.calls:
        call["is_fault_cleared"] = dice.choice((None, False, True, True))


def came_before(dice: Dice, vins: list[str]) -> list[dict[str, Any]]:
    """Visits around a year before the months that are counted."""
    return [
        core_row(
            "repair_order",
            dice.choice(list(STORES)),
            {"vin": dice.choice(vins), "repair_type": "mechanical", "is_reversed": False}
            | {"opened_at": datetime.combine(day, dice.choice(CAME), ZONE), "vanished_day": None},
        )
        for _ in range(60)
        for day in (dice.day(date(2025, 3, 1), date(2025, 7, 10)),)
    ]


def deliver_more(dice: Dice, world: World) -> None:
    """Cars of the months that are counted, of a pack whose consultants have scorecards."""
    sales = []
    for number in range(60):
        store = dice.choice(("SK01", "SK02"))
        told = {"delivered_on": dice.day(date(2026, 3, 1), date(2026, 5, 31)), "sale_type": "new"}
        told |= {"order_no": f"M{number:03}", "vin": f"MORE{number:03}", "customer_kind": "person"}
        told |= {"status": dice.choice(("active", "active", "active", "cancelled"))}
        sales.append(core_row("sales_order", store, told | {"vanished_day": dice.vanished()}))
    write_down(dice, sales)
    put_away(dice, sales)
    for sale in sales:
        sale["buyer"] = None
        if sale["sales_consultant_no"] is not None:
            people = (f"{sale['store_code']}CONSULTANT{number}" for number in SEEDS)
            sale["sales_consultant_no"] = dice.choice((*people, "NOBODY"))
    world.sales += sales


def steps(dice: Dice) -> list[tuple[str, timedelta | None]]:
    """How long after a complaint came each step was taken, where it was."""
    later = (None, 0, 29, 30, 31, 119, 120, 121, 600, 900, 1439, 1440, 1441, 4000, 40_000)
    return [
        (name, None if minutes is None else timedelta(minutes=minutes))
        for name in ("acknowledged_at", "dispatched_at", "solved_at")
        for minutes in (dice.choice(later),)
    ]


def write_down(dice: Dice, sales: list[dict[str, Any]]) -> None:
    """What the archive of each order has; in most of them all."""
    for sale in sales:
        sale["customer_name_check"] = dice.choice(("valid", "valid", "valid", "missing"))
        sale["customer_phone_check"] = dice.choice(("valid", "valid", "valid", "too_short"))
        sale["model"] = dice.choice((None, "S7", "S7", "S7", "S7"))
        sale["invoiced_on"] = dice.choice((None, *[sale["delivered_on"]] * 4))
        sale["sales_consultant_no"] = dice.choice((None, "E9", "E9", "E9", "E9"))


def put_away(dice: Dice, sales: list[dict[str, Any]]) -> None:
    """When cars left and their files were put into the archive, around two days.

    One store stops telling a year before, and another puts nothing away for a month.
    """
    later = (None, -9000, -1, 0, 600, 2879, 2880, 2881, 4320, 4321, 20_000)
    for sale in sales:
        clock = dice.choice((time(0), time(10), time(23, 59)))
        left = datetime.combine(sale["delivered_on"], clock, ZONE)
        minutes, before = dice.choice(later), dice.choice((None, 0, 3, 30))
        is_silent = sale["store_code"] == "DP01" and sale["delivered_on"] > date(2025, 5, 10)
        is_neglected = sale["store_code"] == "SK02" and sale["delivered_on"].month == 4
        is_filed = minutes is not None and not is_silent and not is_neglected
        sale["delivered_at"] = left
        sale["signed_on"] = None if before is None else left.date() - timedelta(days=before)
        sale["archived_at"] = left + timedelta(minutes=minutes) if is_filed else None


def again(dice: Dice, complaints: list[dict[str, Any]]) -> None:
    """When customers were called again, around the solution and a day after it."""
    later = (None, -1, 0, 60, 1439, 1440, 1441, 20_000)
    for complaint in complaints:
        minutes, solved = dice.choice(later), complaint["solved_at"]
        is_called = solved is not None and minutes is not None
        complaint["second_call_at"] = solved + timedelta(minutes=minutes) if is_called else None


def answer(dice: Dice, complaints: list[dict[str, Any]]) -> None:
    """When plans came in, around the complaint and a day after it; what customers said, called or not."""
    later = (None, -1, 0, 60, 1439, 1440, 1441, 20_000)
    for complaint in complaints:
        minutes = dice.choice(later)
        is_told = minutes is not None and complaint["store_code"] != "CA01"
        complaint["planned_at"] = (
            complaint["received_at"] + timedelta(minutes=minutes) if is_told else None
        )
        complaint["is_satisfied"] = dice.choice((None, True, True, False))


def default(dice: Dice, complaints: list[dict[str, Any]]) -> None:
    """Times that a system fills in itself, or that are a day too early; and calls about no solution.

    One store has no plans but such ones.
    """
    for complaint in complaints:
        came = complaint["received_at"]
        wrong = dice.choice((datetime(1970, 1, 1, 8, tzinfo=ZONE), came - timedelta(days=1)))
        if complaint["store_code"] == "CA01" and dice.random() < 0.8:
            complaint["planned_at"] = wrong
        for column in ("acknowledged_at", "dispatched_at", "solved_at", "second_call_at"):
            if dice.random() < 0.06:
                complaint[column] = wrong
        if complaint["second_call_at"] is not None and dice.random() < 0.1:
            complaint["solved_at"] = None


def close_early(dice: Dice, complaints: list[dict[str, Any]]) -> None:
    """Closings that a system fills in itself, or that are a day too early."""
    for complaint in complaints:
        came = complaint["received_at"]
        wrong = dice.choice((datetime(1970, 1, 1, 8, tzinfo=ZONE), came - timedelta(days=1)))
        if dice.random() < 0.1:
            complaint["closed_at"] = wrong


def begin_to_note(complaints: list[dict[str, Any]]) -> None:
    """Each step is noted by one of the stores from a month's first day on, and never before."""
    for complaint in complaints:
        for column, (store, since) in BEGUN.items():
            at = complaint[column]
            if complaint["store_code"] == store and at is not None and at.date() < since:
                complaint[column] = None


def add_task(world: World, dice: Dice, number: int, vin: str) -> None:
    """A follow-up with what was done about it."""
    owner = dice.choice([post for post in world.posts if post["role"] in ("SC", "AC")])
    due_on = dice.day(date(2026, 2, 20), date(2026, 6, 10))
    deadline_on = due_on + timedelta(days=dice.choice((0, 1, 3)))
    status = dice.choice(("open", "done", "missed", "withdrawn"))
    task = {
        "task_key": f"T{number:04}",
        "store_code": dice.choice((owner["store_code"], owner["store_code"], "SK01")),
        "owner_role": owner["role"],
        "owner_no": dice.choice((owner["employee_no"], owner["employee_no"], None)),
        "vin": vin,
        "due_on": due_on,
        "event": "delivery",
        "about": "follow_up",
        "event_on": due_on - timedelta(days=3),
        "open_on": due_on - timedelta(days=2),
        "deadline_on": deadline_on,
        "expires_on": deadline_on + timedelta(days=9),
        "made_day": due_on + timedelta(days=dice.choice((-3, -3, 5, 20))),
        "changed_day": due_on + timedelta(days=dice.choice((0, 30))),
        "late_reason": dice.choice((None, None, "late_by_data")),
        "status": status,
        "status_reason": None if status == "withdrawn" else dice.choice(REASONS),
        "contact_check": dice.choice(("valid", "valid", "valid", "too_short")),
        "is_counted": dice.random() < 0.9,
        **PLAIN,
    }
    world.tasks.append(task)
    for attempt in range(dice.choice((0, 0, 1, 1, 2, 3))):
        called_on = due_on + timedelta(days=dice.choice((0, 1, 2, 4, 25)) + attempt)
        world.calls.append(
            {
                "store_code": task["store_code"],
                "task_key": task["task_key"],
                "attempt_no": attempt + 1,
                "called_at": datetime(
                    called_on.year, called_on.month, called_on.day, 10, tzinfo=ZONE
                ),
                "called_on": called_on,
                "outcome": dice.choice(OUTCOMES),
                "satisfaction": dice.choice((None, 3, 6, 7, 9)),
                "is_do_not_call": dice.random() < 0.05,
            }
        )


def call_in_vain(dice: Dice, world: World) -> None:
    """Calls that nobody took, some in the same half-day or too late, about follow-ups that had none."""
    called = {call["task_key"] for call in world.calls}
    for task in world.tasks:
        if task["task_key"] in called or dice.random() < 0.4:
            continue
        clocks = (time(0), time(9), time(11, 59), time(12), time(17))
        moments = sorted(
            datetime.combine(
                task["due_on"] + timedelta(days=dice.choice((0, 0, 1, 2, 9, 13))),
                dice.choice(clocks),
                ZONE,
            )
            for _ in range(dice.choice((2, 3, 3, 4)))
        )
        for attempt, at in enumerate(moments, 1):
            world.calls.append(
                {
                    "store_code": task["store_code"],
                    "task_key": task["task_key"],
                    "attempt_no": attempt,
                    "called_at": at,
                    "called_on": at.date(),
                    "outcome": dice.choice(("no_answer", "busy", "powered_off")),
                    "satisfaction": None,
                    "is_do_not_call": False,
                }
            )


def add_reminder(world: World, dice: Dice, number: int, vin: str) -> None:
    """A reminder, greeting or campaign, which no rate of follow-ups counts, with what was done about it."""
    owner = dice.choice([post for post in world.posts if post["role"] in ("SC", "AC")])
    event, about = dice.choice(REMINDERS)
    due_on = dice.day(date(2026, 1, 20), date(2026, 6, 5))
    status = dice.choice(("open", "held", "done", "missed", "withdrawn"))
    task = {
        "task_key": f"R{number:04}",
        "store_code": dice.choice((owner["store_code"], owner["store_code"], "DP01")),
        "owner_role": owner["role"],
        "owner_no": owner["employee_no"],
        "vin": vin,
        "event": event,
        "about": about,
        "event_on": due_on + timedelta(days=dice.choice((0, 1, 30))),
        "open_on": due_on - timedelta(days=dice.choice((0, 3))),
        "due_on": due_on,
        "deadline_on": due_on + timedelta(days=7),
        "expires_on": due_on + timedelta(days=22),
        "made_day": due_on + timedelta(days=dice.choice((-3, -3, 21, 22))),
        "changed_day": due_on + timedelta(days=dice.choice((0, 40))),
        "late_reason": dice.choice((None, "late_by_data")),
        "status": status,
        "status_reason": dice.choice(TAKEN_BACK)
        if status == "withdrawn"
        else dice.choice((None, None, None, *WHY_NOT)),
        "contact_check": dice.choice(("valid", "valid", "landline")),
        "is_counted": False,
        **PLAIN,
    }
    world.tasks.append(task)
    for attempt in range(dice.choice((0, 0, 1, 1, 2))):
        called_on = due_on + timedelta(days=dice.choice((0, 1, 21, 22, 23)))
        world.calls.append(
            {
                "store_code": task["store_code"],
                "task_key": task["task_key"],
                "attempt_no": attempt + 1,
                "called_at": datetime.combine(called_on, time(dice.choice((9, 12))), ZONE),
                "called_on": called_on,
                "outcome": dice.choice((*OUTCOMES, "message_sent", "message_refused")),
                "satisfaction": None,
                "is_do_not_call": False,
            }
        )


def keep(world: World, engine: Engine) -> ScoredMonth:
    """The same group in a warehouse."""
    month = closed_on(ScoredMonth(engine), CLOSED)
    for store, brand in STORES.items():
        month.store(store, brand=brand)
    for post in world.posts:
        month.person(
            post["employee_no"],
            post["role"],
            post["store_code"],
            since=post["valid_from"],
            until=post["valid_to"],
        )
    for task in world.tasks:
        given = {name: value for name, value in task.items() if name not in ("owner_no",)}
        role = given.pop("owner_role")
        month.task(task["owner_no"], role=role, **given)
    month.add_all("core.call_result", world.calls)
    month.add_all("core.booking", world.bookings)
    month.add_all("core.insurance_policy", world.policies)
    month.add_all("core.repair_order", world.visits)
    sales = [{k: v for k, v in sale.items() if k != "buyer"} for sale in world.sales]
    known = [(row, sale["buyer"]) for row, sale in zip(sales, world.sales, strict=True)]
    for row in sales:
        row["customer_name_hash"] = None
    for name, rows in buyers([(row, buyer) for row, buyer in known if buyer]).items():
        month.add_all(name, rows)
    month.add_all("core.sales_order", sales)
    month.add_all("core.complaint", world.complaints)
    month.add_all("core.referral", world.referrals)
    return month


@pytest.mark.parametrize("seed", SEEDS)
def test_the_figures_are_those_of_plain_loops_row_by_row(seed: int, warehouse: Engine) -> None:
    world = lived(seed)
    month = keep(world, warehouse)
    for key in MONTHS:
        score_month(month.engine, month.group, month.policy, key, TODAY)
    counted: dict[tuple[str, str], set[Any]] = {}
    lines = {
        (row["scorecard_id"], row["kpi_id"]): row
        for row in month.rows("score.scorecard_line")
        if row["kpi_id"] in ALL
    }
    for known in lines:
        counted[known] = set()
    for row in month.rows("score.evidence"):
        if (row["scorecard_id"], row["kpi_id"]) in counted:
            counted[row["scorecard_id"], row["kpi_id"]].add(
                (row["row_kind"], row["row_key"], row["is_numerator"], row["is_excluded"])
            )
    expected = {line: rows for key in MONTHS for line, rows in count(world, key).items()}
    assert counted.keys() == expected.keys()
    wrong = {
        line: rows ^ expected[line] for line, rows in counted.items() if rows != expected[line]
    }
    assert wrong == {}
    for (card, kpi), rows in expected.items():
        denominator = sum(not is_excluded for *_, is_excluded in rows)
        numerator = sum(counts and not is_excluded for *_, counts, is_excluded in rows)
        value = Decimal(numerator) / Decimal(denominator) if denominator else None
        line = lines[card, kpi]
        assert (line["numerator"], line["denominator"]) == (numerator, denominator)
        assert line["value"] == value
        _, role, store, _ = card.split(".")
        assert line["is_target_met"] is is_met(PACKS[store], kpi, role, value), (card, kpi)


def test_the_random_group_has_something_of_everything() -> None:
    found = {
        (kpi, is_numerator, is_excluded)
        for seed in SEEDS
        for key in MONTHS
        for (_, kpi), rows in count(lived(seed), key).items()
        for _, _, is_numerator, is_excluded in rows
    }
    for kpi in ALL:
        assert {(kpi, True, False), (kpi, False, False)} <= found, kpi
        assert kpi in OF_ANSWERS or any((kpi, counts, True) in found for counts in (True, False)), (
            kpi
        )
