"""The store staff of the sample group: they open their task list, call, and hand it in filled.

What comes of a call depends on the group's seed, the task and the attempt only, so a list that is
filled again says the same. One after-sales specialist leaves many customers unsatisfied, and on
Mondays somebody in the first store types a satisfaction of 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from aftercare.sample.group import SampleGroup
from aftercare.sample.identity import Person
from aftercare.settings import Language
from aftercare.targets.workbook import list_name
from aftercare.targets.workbook_sheets import FIRST_ROW
from aftercare.targets.workbook_words import NAMES
from aftercare.words import OUTCOMES, YES_NO

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CALLED = 0.94  # share of open tasks that somebody gets round to on a day
# First, second and third call of a day: hours within which it is made.
HOURS = ((9, 11), (14, 16), (17, 18))
RESULTS = (
    ("reached", 74), ("no_answer", 13), ("busy", 4), ("powered_off", 4), ("refused", 2),
    ("invalid_number", 2), ("wrong_person", 1),
)  # fmt: skip
FINAL = frozenset({"reached", "refused", "invalid_number", "wrong_person"})
MARKS = ((10, 38), (9, 30), (8, 18), (7, 9), (5, 3), (3, 2))
WEAK_MARKS = ((10, 18), (8, 22), (7, 15), (6, 20), (5, 13), (4, 8), (2, 4))
COMPLAINS_FROM = 4  # a mark so low or lower comes with a complaint now and then
REPAIR_RULES = (".S2-03.", ".S4-06.")
INSIDE = ".S4-26."  # passed on to a colleague, who is there or not
FOUND = (("reached", 80), ("no_answer", 20))
WRONG_MARK = 11
MONDAY = 0
NAME_SPACE = 10**9  # numbers of people whom customers mention


@dataclass
class Filled:
    """What staff wrote: calls and complaints by number, and every text they typed."""

    lists: int = 0
    calls: int = 0
    complaints: int = 0
    wrong: int = 0
    texts: list[str] = field(default_factory=list)

    def add(self, other: Filled) -> None:
        """Counts another list's work too."""
        self.lists += other.lists
        self.calls += other.calls
        self.complaints += other.complaints
        self.wrong += other.wrong
        self.texts += other.texts


def fill_workbooks(exchange: Path, group: SampleGroup, work_day: date) -> Filled:
    """Fills the lists of all stores for a work day and drops them in each store's folder below ``in``."""
    total = Filled()
    for store_code in group.store_codes:
        for language in LANGUAGES:
            given = exchange / "out" / store_code / list_name(work_day, language)
            if given.exists():
                handed_in = exchange / "in" / store_code / f"{work_day}.xlsx"
                handed_in.parent.mkdir(parents=True, exist_ok=True)
                total.add(fill_workbook(given, handed_in, group, store_code, work_day, language))
    return total


def fill_workbook(
    given: Path,
    handed_in: Path,
    group: SampleGroup,
    store_code: str,
    work_day: date,
    language: Language = "zh",
) -> Filled:
    """Fills one list as the staff of its store would on the work day, and saves it elsewhere."""
    book = load_workbook(given)
    staff = _Staff(group, store_code, work_day, language)
    staff.work(book.worksheets[1])
    book.save(handed_in)
    book.close()
    return staff.filled


class _Staff:
    """The people of one store on one day."""

    def __init__(
        self, group: SampleGroup, store_code: str, work_day: date, language: Language
    ) -> None:
        self._group, self._day = group, work_day
        self._word = LANGUAGES.index(language)
        assigned = group.world.roster.by_store[store_code]
        self._numbers = {a.person.name: a.employee_no for a in assigned} | {
            a.employee_no: a.employee_no for a in assigned
        }
        self._anybody = group.world.roster.working(store_code, "SUP", work_day)
        self._types_wrong = store_code == group.store_codes[0] and work_day.weekday() == MONDAY
        self.filled = Filled(lists=1)

    def work(self, sheet: Worksheet) -> None:
        """Calls whom the list says, in its order."""
        rows: dict[str, list[int]] = {}
        keys = NAMES.index("task_key") + 1
        for row in range(FIRST_ROW + 1, sheet.max_row + 1):
            key = sheet.cell(row, keys).value
            if key:
                rows.setdefault(str(key), []).append(row)
        for key, places in rows.items():
            first = int(str(sheet.cell(places[0], NAMES.index("attempt_no") + 1).value))
            owner = str(sheet.cell(places[0], NAMES.index("owner") + 1).value or "")
            caller = self._numbers.get(owner) or next(iter(self._anybody), None)
            if self._rng(key, f"day {self._day}").random() < CALLED:
                calls = self._calls(key, first, caller)
                for row, entries in zip(places, calls, strict=False):
                    for name, value in entries.items():
                        if value is not None:
                            sheet.cell(row, NAMES.index(name) + 1).value = value

    def _rng(self, *what: object) -> Random:
        return Random("/".join(map(str, (self._group.world.seed, *what))))

    def _calls(self, key: str, first: int, caller: str | None) -> Iterator[dict[str, Any]]:
        """The entries of each call of the day, until one settles the matter."""
        for place, hours in enumerate(HOURS):
            rng = self._rng(key, first + place)
            is_inside = INSIDE in key
            outcome = rng.choices(*zip(*(FOUND if is_inside else RESULTS), strict=True))[0]
            called_at = datetime.combine(self._day, time(rng.randint(*hours), rng.randrange(60)))
            self.filled.calls += 1
            yield {
                "called_at": called_at,
                "outcome": OUTCOMES[outcome][self._word],
                "caller_no": caller,
                **(self._answers(key, caller, rng, is_inside) if outcome == "reached" else {}),
                **(self._refusal(rng) if outcome == "refused" else {}),
            }
            if outcome in FINAL:
                return

    def _answers(
        self, key: str, caller: str | None, rng: Random, is_inside: bool
    ) -> dict[str, Any]:
        if is_inside:
            return {"remark": self._text(rng, "已转服务经理，由{}当天答复客户")}
        marks = WEAK_MARKS if caller == self._group.weak_specialist else MARKS
        mark: int = rng.choices(*zip(*marks, strict=True))[0]
        complains = mark <= COMPLAINS_FROM and rng.random() < 0.6
        answers: dict[str, Any] = {
            "satisfaction": mark if rng.random() < 0.94 else None,
            "is_complaint": self._flag(complains),
        }
        if any(rule in key for rule in REPAIR_RULES):
            answers["is_fault_cleared"] = self._flag(rng.random() < 0.95)
            answers["is_next_service_told"] = self._flag(rng.random() < 0.9)
        if complains:
            self.filled.complaints += 1
            answers["complaint_description"] = self._text(
                rng, "等候时间太长，请经理回电，也可联系{}"
            )
        elif rng.random() < 0.15:
            answers["remark"] = self._text(rng, "下次保养由家人{}来店")
        if self._types_wrong:
            self._types_wrong = False
            self.filled.wrong += 1
            answers["satisfaction"] = WRONG_MARK
        return answers

    def _refusal(self, rng: Random) -> dict[str, Any]:
        return {
            "is_do_not_call": self._flag(rng.random() < 0.4),
            "remark": self._text(rng, "不便接听，以后请找{}"),
        }

    def _flag(self, value: bool) -> str:
        return YES_NO[value][self._word]

    def _text(self, rng: Random, form: str) -> str:
        somebody = Person(rng.randrange(NAME_SPACE), self._group.world.numbering.salt)
        text = form.format(somebody.name)
        self.filled.texts.append(text)
        return text
