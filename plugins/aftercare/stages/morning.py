"""Morning: one mail per business day that says whether the night is complete, what to do and who
owns it; stewards get the open cases with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, RowMapping

from aftercare import warehouse
from aftercare.errors import ConfigurationError
from aftercare.protection import Keyring
from aftercare.quality.suites import read_suite
from aftercare.reports.cases_workbook import cases_workbook
from aftercare.reports.morning import morning_mail, todo
from aftercare.reports.morning_facts import (
    Cases,
    DraftDifference,
    Load,
    LostMails,
    Morning,
    Objections,
    Refusal,
    Tasks,
    Unapproved,
    WaitingMails,
)
from aftercare.reports.morning_words import ENTERED_WISHES, TEXTS, WORKBOOK
from aftercare.rules.festivals import open_days, provisional_years
from aftercare.settings import PROJECT, FewRows, Group, Language, Recipient
from aftercare.sources.feeds import FEEDS
from aftercare.sources.mapping import DealerSystem, read_dealer_system
from aftercare.targets.mail_ledger import LOCK_CLASS, TRIED_DAYS, Role, Sender, deliver, plan
from aftercare.user_roles import ALL_STORES
from aftercare.words import LOAD_COUNTS, Pair, say

OpenCases: TypeAlias = Callable[[Sequence[str]], Sequence[Mapping[str, Any]]]
"""Open cases of some stores, as `aftercare.stages.cases.list_cases` gives them."""

TARGET_WORKBOOK = "workbook"
WISHES = "wishes"
"""The system as which a night reads what people of ours entered."""
ROLES: tuple[Role, ...] = ("steward", "operator")
"""Somebody with both roles gets the mail of the first."""
HR: Role = "hr"


def morning(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    day: date,
    today: date,
    mailer: Sender,
    notify: bool = False,
    open_cases: OpenCases | None = None,
    unapproved: Unapproved | None = None,
) -> dict[str, Any]:
    """Sends the morning mail of a night to operators and stewards, each once; to HR where an answer presses.

    The mail of a night that was not last night is suppressed, unless ``notify`` is set. What
    ``open_cases`` gives for a steward's stores is attached to the steward's mail; ``unapproved`` is what the
    lists say in words that nobody approved, as far as that is known. Counts:
    ``complete`` (0 or 1), ``todo``, and the mails by state and ``changed`` in this run.

    Raises SystemUnreachable where a mail has to wait for the mail server.
    """
    report_key = f"morning/{day}"
    facts = replace(read_morning(engine, group, day), unapproved=unapproved)
    is_too_old = day != today - timedelta(days=1) and not notify
    # HR hears of a night on days on which an objection has to be answered, and on no others.
    is_pressing = any(asked.pressing for asked in facts.objections)
    for role in (*ROLES, HR) if is_pressing else ROLES:
        plan(engine, keyring, group, report_key, role, is_too_old)

    def render(recipient: Recipient, role: Role, language: Language) -> EmailMessage:
        stores = sorted(recipient.stores) or [ALL_STORES]
        cases = open_cases(stores) if open_cases and role == "steward" else ()
        numbers = _unreachable(engine, stores) if role == "steward" else ()
        workbooks = (
            [(f"cases_{day}.xlsx", cases_workbook(cases, language, group.time_zone, numbers))]
            if cases or numbers
            else []
        )
        return morning_mail(facts, language, workbooks)

    said = {"complete": int(facts.is_complete), "todo": len(todo(facts, group.group.language))}
    with engine.begin() as connection:
        warehouse.report(connection, "morning", day.isoformat(), said)
    counts = {**said, **deliver(engine, keyring, group, mailer, report_key, render)}
    with engine.begin() as connection:
        warehouse.report(connection, "morning", day.isoformat(), counts)
    return counts


def read_morning(engine: Engine, group: Group, day: date) -> Morning:
    """What the warehouse knows of a night, as counts."""
    systems = {name: _dealer_system(name) for name in (*group.systems, TARGET_WORKBOOK)}
    names: dict[str, Pair] = {
        name: (system.title.zh, system.title.en)
        for name, system in systems.items()
        if isinstance(system, DealerSystem)
    }
    targets = group.targets.names
    gateways = sorted(group.targets.messages.names)
    with engine.connect() as connection:
        reports = {
            (row.stage, row.part): row.counts
            for row in warehouse.run(connection, "morning/list_reports", day=day.isoformat())
        }
        cases = warehouse.run(connection, "morning/total_cases", day=day).one()
        return Morning(
            group=group.group.name,
            day=day,
            loads=_loads(
                connection,
                systems,
                targets,
                day,
                _few_rows(group, day),
                {
                    part: _gaps(counts, group.group.language)
                    for (stage, part), counts in reports.items()
                    if stage == "pull"
                },
            ),
            refusals=[
                Refusal(
                    system=row.system,
                    feed=row.feed,
                    rule_id=row.rule_id,
                    flagged=row.flagged,
                    rows=row.rows,
                    limit=row.max_share,
                )
                for row in warehouse.run(connection, "morning/list_refusals", day=day)
            ],
            failed_sweeps=[
                Load(row.system, row.feed, "failed", {}, row.failure)
                for row in warehouse.run(connection, "morning/list_failed_sweeps", day=day)
            ],
            has_task_report=("tasks", "") in reports,
            tasks=[
                Tasks(row.way, row.reason, row.new_tasks, row.current_tasks)
                for row in warehouse.run(
                    connection, "morning/count_tasks", day=day, gateways=gateways
                )
            ],
            pushes={target: reports.get(("push", target)) for target in targets},
            cases=[
                Cases(
                    system=row.system,
                    feed=row.feed,
                    rule_id=row.rule_id,
                    open=row.open_cases,
                    new=row.new_cases,
                    oldest_day=row.oldest_day,
                )
                for row in warehouse.run(connection, "morning/count_cases", day=day)
            ],
            open_cases=cases.open_cases,
            new_cases=cases.new_cases,
            lost_mails=[
                LostMails(row.report_key, row.state, row.mails)
                for row in warehouse.run(connection, "morning/list_lost_mails", day=day)
            ],
            systems={
                **names,
                TARGET_WORKBOOK: names.get(TARGET_WORKBOOK, WORKBOOK),
                WISHES: ENTERED_WISHES,
            },
            rules=dict(_rules()),
            owners=group.owners,
            gateways=frozenset(gateways),
            objections=[
                Objections(row.month, row.open_objections, row.late, row.pressing, row.first_due_on)
                for row in warehouse.run(
                    connection, "morning/count_objections", work_day=day + timedelta(days=1)
                )
            ],
            provisional_years=_provisional_years(connection, group, day),
            draft=_draft(reports.get(("draft", ""))),
            waiting_mails=[
                WaitingMails(row.month, row.mails, row.tried_until, row.is_for_certificate)
                for row in warehouse.run(
                    connection,
                    "morning/list_waiting_mails",
                    time_zone=group.group.time_zone,
                    tried_days=TRIED_DAYS,
                    lock_class=LOCK_CLASS,
                    statements=group.mail.statements,
                )
            ],
            doubts=warehouse.run(
                connection, "morning/count_doubts", gateways=gateways
            ).scalar_one(),
            unreachable=len(
                warehouse.run(connection, "morning/list_unreachable", stores=[ALL_STORES]).all()
            ),
        )


def _draft(report: Mapping[str, Any] | None) -> DraftDifference | None:
    """What the night's comparison with a draft found, if there was one."""
    if report is None:
        return None
    known = {field.name for field in fields(DraftDifference)}
    return DraftDifference(**{name: value for name, value in report.items() if name in known})


def _provisional_years(connection: Connection, group: Group, day: date) -> list[int]:
    """Years of dates on the lists whose holidays nobody announced until the night's day."""
    rows = warehouse.run(connection, "morning/list_task_years")
    return provisional_years(
        group, day, [(row.store_code, date(row.year_no, 1, 1)) for row in rows]
    )


def _unreachable(engine: Engine, stores: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Numbers that nobody answers, of some stores, once for each person."""
    with engine.connect() as connection:
        return warehouse.rows(connection, "morning/list_unreachable", stores=list(stores))


def _loads(
    connection: Connection,
    systems: Mapping[str, DealerSystem | ConfigurationError],
    targets: list[str],
    day: date,
    few: FewRows,
    pulls: Mapping[str, str],
) -> list[Load]:
    """Every feed that should have been read, in the order of feeds, and every one that was."""
    expected = [
        (name, feed)
        for name, system in systems.items()
        for feed in (FEEDS if isinstance(system, DealerSystem) else ("",))
        if isinstance(system, ConfigurationError) or feed in system.feeds
    ]
    expected += [(target, "call_result") for target in targets if target != TARGET_WORKBOOK]
    found = {
        (row["system"], row["feed"]): row
        for row in warehouse.run(
            connection,
            "morning/list_loads",
            day=day,
            nights=few.nights,
            least_nights=few.least_nights,
        ).mappings()
    }
    loads = []
    for system, feed in dict.fromkeys([*expected, *found]):
        row = found.get((system, feed))
        state = row["state"] if row else "missing"
        failure = row["failure"] if row else None
        if row is None and isinstance(systems.get(system), ConfigurationError):
            failure = str(systems[system])
        elif state == "merged" and (gaps := pulls.get(f"{system}/{feed}", "")):
            state, failure = "partial", gaps
        loads.append(
            Load(
                system=system,
                feed=feed,
                state=state,
                counts={head: row[head] if row else None for head in LOAD_COUNTS},
                failure=failure,
                usual_rows=_usual_rows(row, few) if row and state == "merged" else None,
            )
        )
    return loads


def _few_rows(group: Group, day: date) -> FewRows:
    """What is few on a day; where nobody works, few rows are no wonder, and nothing is."""
    works = any(calendar.next_open(day) == day for calendar in open_days(group, day).values())
    return group.night.few_rows if works else FewRows(share=Decimal(0))


def _usual_rows(load: RowMapping, few: FewRows) -> int | None:
    """How many rows a load usually has, where it has far fewer."""
    usual = load["usual_rows"]
    if usual is None or usual < few.least_rows or load["pulled"] >= few.share * Decimal(usual):
        return None
    return round(usual)


def _gaps(counts: Mapping[str, Any], language: Language) -> str:
    """What a pull says of files that it missed or left; nothing where all is there."""
    return "; ".join(
        say(TEXTS[kind], language, files="; ".join(counts[kind]))
        for kind in ("files_absent", "files_left")
        if counts.get(kind)
    )


def _dealer_system(name: str) -> DealerSystem | ConfigurationError:
    """A system's mapping; what is wrong with it where it cannot be read, and so the system neither."""
    try:
        return read_dealer_system(PROJECT / "include" / "mappings" / "dealer" / f"{name}.yaml")
    except ConfigurationError as problem:
        return problem


def _rules() -> Iterator[tuple[str, Pair]]:
    for feed in FEEDS:
        for rule in read_suite(feed).rules:
            yield rule.rule_id, (rule.meta.message.zh, rule.meta.message.en)
