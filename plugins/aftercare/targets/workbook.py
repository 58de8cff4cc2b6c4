"""The task workbook: one XLSX task list per store and work day, filled in by hand.

Where: ``<exchange>/out/<store_code>/<work day>_回访任务.xlsx`` (``_follow-ups.xlsx`` where the group's
language is English), for example ``out/CA01/2026-11-21_回访任务.xlsx``. Filled lists are dropped,
under any name, in ``<exchange>/in/<store_code>/``.

A list is whole: it shows every open task of the store, not only tonight's. It is written to a
temporary file and renamed, and only when its content changes. What staff typed into the day's
list before it is written again is carried over; a list with typed rows whose tasks are gone is kept
beside the new one, under its name with ``_旧_`` (``_old_``) and a digest of its content.

The sheets are 说明 (how to fill in), 回访任务 (the list), 话术 (what to say, a few rows per text) and, where the
store has any, 未关闭投诉 (complaints that a dealer system registered and nobody closed, for reading), and where the
group wants it 月度评分 (the store's newest published month, for reading; figures of the store, of no person).
English names: Guide, Follow-ups, Scripts, Open complaints, Month.

Format of the sheet 回访任务, which is the **second** sheet in both languages:

* Row 1 holds the titles for people, in the language of the group.
* Row 2, almost invisible, holds the names for machines. They are the same in every language, so
  a mapping uses ``header_row: 2``.
* From row 3 on there are three rows a call, one for each time that it may be tried today, and one row a
  message or a piece of work inside the house. ``task_key``, ``store_code`` and ``attempt_no`` are filled in on all of them; ``attempt_no`` goes on from the calls
  that are already known. **A row in which ``outcome`` is empty was not used and is no result.**

| Row 2 | Row 1 | Content |
|-|-|-|
| task_no | 序号 | number in this list: calls by deadline and owner, then messages |
| deadline_on | 最迟日期 | date |
| customer_name, customer_phone, plate, model, vin_tail | 客户 电话 车牌 车型 车架号 | VIN: the last 6 |
| last_event | 上次事项 | date and event: the last visit to any store, or what the task is about |
| why | 为什么联系 | title of the rule, how to contact, and how many other tasks are said in the same call |
| script_no | 话术 | link to the row on the sheet 话术 |
| owner | 负责人 | name, else number |
| attempts | 已拨打 | calls known so far, the last one's day and result |
| attempt_no | 第几次 | whole number; key with task_key |
| called_at | 拨打时间 | date and time, in the group's time zone |
| outcome | 结果 | a word of `workbook_words.OUTCOMES` |
| satisfaction | 满意度 | whole number 1–10 |
| is_fault_cleared | 故障是否排除 | 是/否 (yes/no) |
| is_next_service_told | 已告知下次保养 | 是/否 |
| is_complaint | 是否投诉 | 是/否 |
| complaint_description | 投诉内容 | text; with is_complaint 是 the row is a ``complaint`` too |
| is_do_not_call | 请勿再联系 | 是/否 |
| wish | 客户要求 | what the customer wants of later contact, a word of `aftercare.words.WISHES`: the row is a ``preference`` too |
| wish_until | 要求至 | its last day; empty: for good |
| wish_reason | 要求原因 | text |
| new_phone | 新电话 | the customer's new number: the row is a ``contact_number`` too |
| remark | 备注 | text |
| caller_no | 拨打人 | employee number |
| task_key | 任务号 | key of the task |
| store_code | 门店 | code of the store |
| subject | 更正对象 | whose number it is: the VIN, of a lead its number |
| document_phone | 单据电话 | the number that the new one replaces: what the document gives |
| wish_no | 要求编号 | key of a wish: task_key and attempt_no |
| wish_vin | 要求车辆 | whose vehicle a wish is about; empty where who brought it is called |

A complaint has no number of its own in the workbook: ``task_key`` is its ``complaint_no``,
``called_at`` its ``received_at``.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

import fsspec

from aftercare.errors import ConfigurationError, SystemUnreachable
from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.workbook_look import deadline_of
from aftercare.targets.workbook_sheets import FIRST_ROW, FORMAT, Typed, write_sheets
from aftercare.targets.workbook_words import ENTRY_NAMES

DIGEST = "aftercare_digest"
"""Document property that holds the digest of a list's content."""

LIST_NAMES: dict[Language, str] = {"zh": "回访任务", "en": "follow-ups"}
KEPT: dict[Language, str] = {"zh": "旧", "en": "old"}


Provisional: TypeAlias = Callable[[str, date, Iterable[date]], Sequence[int]]


def list_name(work_day: date, language: Language) -> str:
    """File name of a list without its folder."""
    return f"{work_day}_{LIST_NAMES[language]}.xlsx"


class WorkbookTarget:
    """The target ``workbook`` in a shared folder, any fsspec address; with ``has_scorecards`` lists show the
    store's newest published month.

    ``provisional`` says of which years of a store's days, for work on a day, the holidays are not announced.
    """

    def __init__(
        self,
        folder: str,
        language: Language = "zh",
        has_scorecards: bool = False,
        provisional: Provisional | None = None,
    ) -> None:
        self._provisional = provisional
        self._files, self._folder = fsspec.core.url_to_fs(folder)
        self._language = language
        self._has_scorecards = has_scorecards

    @property
    def name(self) -> str:
        """The name under which the ledger keeps what was acknowledged."""
        return "workbook"

    @property
    def has_scorecards(self) -> bool:
        """Whether lists show the summary of the store's newest published month."""
        return self._has_scorecards

    def check(self) -> None:
        """Makes the folders for lists and for filled lists.

        Raises ConfigurationError where that is not allowed.
        """
        try:
            for part in ("out", "in"):
                self._files.makedirs(f"{self._folder}/{part}", exist_ok=True)
        except OSError as problem:
            raise ConfigurationError(
                f"the folder of connection aftercare_exchange cannot be written to "
                f"({problem.strerror}); give the user that runs Airflow the right to write there"
            ) from None

    def publish(self, store_code: str, work_day: date, records: Sequence[Record]) -> bool:
        """Writes a store's list unless the file there already says the same. See `ListTarget`.

        A list of nothing is written only over one that was not empty. Raises SystemUnreachable where
        the file cannot be replaced, for example while somebody has it open.
        """
        folder = f"{self._folder}/out/{store_code}"
        path = f"{folder}/{list_name(work_day, self._language)}"
        years = self._years(store_code, work_day, records)
        digest = self._digest(store_code, work_day, records, years)
        try:
            there = self._files.cat_file(path) if self._files.exists(path) else None
            if there is None and not records:
                return False
            if there is not None and _digest_in(there) == digest:
                return False
            typed = _typed_in(there) if there is not None else {}
            for made in (folder, f"{self._folder}/in/{store_code}"):
                self._files.makedirs(made, exist_ok=True)
            content = io.BytesIO()
            placed = write_sheets(
                content,
                store_code,
                work_day,
                records,
                self._language,
                typed,
                {DIGEST: digest},
                years,
            )
            if there is not None and placed < len(typed):
                # Named by its content: a second one of the day never takes the first one's place.
                name = f"{KEPT[self._language]}_{hashlib.sha256(there).hexdigest()[:12]}"
                kept = path.removesuffix(".xlsx") + f"_{name}.xlsx"
                self._files.pipe_file(kept, there)
            # Half a list is never seen: programs that synchronise folders pass over dot files.
            temporary = f"{folder}/.{store_code}.{digest[:12]}.part"
            self._files.pipe_file(temporary, content.getvalue())
            self._files.mv(temporary, path)
        except OSError as problem:
            is_full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            cause = "the disk of connection aftercare_exchange is full: free some of it"
            raise SystemUnreachable(
                f"the task list of store {store_code} cannot be written ({problem.strerror}); "
                + (cause if is_full else "somebody may have it open")
            ) from None
        return True

    def _years(self, store_code: str, work_day: date, records: Sequence[Record]) -> Sequence[int]:
        """Years of the dates on a list that may move yet."""
        if self._provisional is None:
            return ()
        days = {deadline_of(each) for each in records if each.entity == "task"}
        return self._provisional(store_code, work_day, days)

    def _digest(
        self, store_code: str, work_day: date, records: Sequence[Record], years: Sequence[int]
    ) -> str:
        content: list[Any] = [
            FORMAT,
            self._language,
            store_code,
            work_day,
            [(each.entity, each.key, sorted(each.fields.items())) for each in records],
        ]
        if years:
            content.append(list(years))
        return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _digest_in(content: bytes) -> str | None:
    """The digest that a list was written with; opening the whole workbook would take seconds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            properties = parts.read("docProps/custom.xml").decode(errors="replace")
    except (zipfile.BadZipFile, KeyError):
        return None
    found = re.search(rf'name="{DIGEST}"[^>]*>\s*<vt:lpwstr>([0-9a-f]+)<', properties)
    return found[1] if found else None


def _typed_in(content: bytes) -> Typed:
    """What was typed into a list; nothing of a file that is no list of ours."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError):
        return {}
    typed: Typed = {}
    if len(book.worksheets) < 2:
        return typed
    rows = book.worksheets[1].iter_rows(min_row=FIRST_ROW, values_only=True)
    names = [str(name) for name in next(rows, ())]
    for cells in rows:
        row: dict[str, Any] = dict(zip(names, cells, strict=False))
        entered = {name: row[name] for name in ENTRY_NAMES if row.get(name) not in (None, "")}
        if entered and row.get("task_key"):
            typed[str(row["task_key"]), row["attempt_no"]] = entered
    return typed
