"""Publishes a scored month: one mail to HR, after people have decided every proposal.

The documents are built from stored lines only. A month is published once, by the first approval;
calling this again sends what is still waiting in the mail ledger and nothing else. A month that was
backfilled so that nothing old is sent is published in the same way and told to nobody, then and later.
"""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from pathlib import Path
from traceback import extract_tb
from typing import Any

from sqlalchemy import Connection, Engine

from aftercare import warehouse
from aftercare.due_corrections import due_corrections
from aftercare.errors import NotAllowed, PeriodRefused, PipelineFault
from aftercare.month_parties import JUDGES, SCORED, names_of, refuse_party
from aftercare.policy_editors import refuse_editor
from aftercare.proposal_rows import REWARD, SANCTION
from aftercare.protection import Keyring
from aftercare.reports.objections import ROWS_NAMED
from aftercare.reports.scorecard_mail import scorecard_message
from aftercare.reports.scorecard_report import MonthRows, ScorecardReport
from aftercare.reports.scorecard_words import read_words
from aftercare.rules import period
from aftercare.rules.figure_titles import figure_titles
from aftercare.rules.month import month_of, months_before
from aftercare.rules.objection_terms import objection_terms
from aftercare.rules.policy import Policy
from aftercare.scored_lines import month_lines
from aftercare.settings import Group, Language, Recipient
from aftercare.targets.mail_ledger import Role, Sender, deliver, plan
from aftercare.warehouse import run

STAGE = "publish"
PUBLISHERS = ("hr", "manager")
ROLE: Role = "hr"
EVIDENCE_ROWS = 200_000
"""Rows behind figures that a person may still look through in a workbook; the command shows all."""


def publish(
    engine: Engine,
    keyring: Keyring,
    group: Group,
    policy: Policy,
    month: str,
    mailer: Sender,
    approved_by: str,
    today: date,
    asked_to_tell: bool | None = None,
) -> dict[str, int]:
    """Closes a scored month and mails it to HR, each recipient once.

    Counts: ``published`` (1 the first time), ``told`` (0 for an old month, whose mails are suppressed),
    ``proposals``, and the mails by state. Raises PeriodRefused for a month without scorecards; NotAllowed
    while a proposal is undecided, for a user who holds neither role hr nor manager of all stores on
    ``today``, for a person who is scored in the month, or rated or nominated
    somebody in it, or edited its policy, and where the month is told and the approver was asked to send nothing, or the other way round (``asked_to_tell``; None: was not asked); SystemUnreachable, after
    all were tried, where a mail has to wait; and PipelineFault, when the month is already closed, where the mail
    cannot be made.
    """
    with engine.begin() as connection:
        run(connection, "score/lock_month", month=period.read_month(month))
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        published = 0
        is_told = run(connection, "score/get_notice", month=month).one().is_told
        if known["published_at"] is None:
            _refuse(connection, group, policy, month, approved_by, today)
            if asked_to_tell not in (None, is_told):
                raise NotAllowed(
                    f"{month}: since the approval was asked for, somebody said that its mails "
                    f"{'go out' if is_told else 'do not go out'}; ask again by clearing open_publication"
                )
            published = run(
                connection,
                "score/keep_publication",
                month=month,
                approved_by=approved_by,
                is_told=is_told,
                tells_employees=group.mail.statements,
            ).rowcount
            run(connection, "score/close_month", month=month)
            # Of what nobody is told nobody can put anything right.
            if published and is_told:
                run(connection, "score/set_correct_by", month=month, told_on=today)
    report = report_of(engine, group, policy, month)

    def render(_recipient: Recipient, _role: Role, language: Language) -> EmailMessage:
        try:
            return scorecard_message(report, read_words(language))
        except PipelineFault:
            raise
        except Exception as problem:
            # Whatever it is, it is this mail's: those to stores and employees are made without it.
            raise PipelineFault(
                f"the mail to HR cannot be made: {type(problem).__name__} ({language}, {_place(problem)})"
            ) from problem

    report_key = f"scorecards/{month}"
    plan(engine, keyring, group, report_key, ROLE, is_too_old=not is_told)
    mails = deliver(engine, keyring, group, mailer, report_key, render)
    made = len(report.rows.proposals) + len(report.rows.rewards)
    counts = {"published": published, "told": int(is_told), "proposals": made, **mails}
    with engine.begin() as connection:
        warehouse.report(connection, STAGE, month, counts)
    return counts


def _place(problem: Exception) -> str:
    """Where it was raised, for who mends it; its own words may hold what a mail holds."""
    last = extract_tb(problem.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def report_of(
    engine: Engine, group: Group, policy: Policy, month: str, evidence_rows: int = EVIDENCE_ROWS
) -> ScorecardReport:
    """What the documents of a scored month say, published or not.

    A month with more than ``evidence_rows`` rows behind its figures has only those that did not count,
    as many as that; with 0 none are read. Raises PeriodRefused for a month without scorecards.
    """
    bounds = month_of(policy, period.read_month(month))

    def house(name: str) -> int:
        return int(policy.value("house", "month", name, bounds.last_day, "the documents").value)

    titles = figure_titles(policy)
    with engine.connect() as connection:
        known = run(connection, "score/get_month", month=month).mappings().one_or_none()
        if known is None:
            raise PeriodRefused(f"{month} has no scorecards yet; score it first")
        published_at = known["published_at"]
        published_on = (
            published_at.astimezone(group.time_zone).date() if published_at else bounds.closing_on
        )
        terms = objection_terms(policy, bounds.last_day, published_on)
        proposals = _rows(connection, "list_proposals", month=month, proposals=[])
        evidence, is_cut = _evidence(connection, month, evidence_rows)
        seen = run(connection, "score/get_scored_report", month=month).scalar_one_or_none() or {}
        return ScorecardReport(
            MonthRows(
                month=month,
                group_name=group.group.name,
                lines=month_lines(connection, month),
                trend=_rows(
                    connection,
                    "list_trend",
                    months=[*months_before(month, house("trend_months") - 1), month],
                ),
                proposals=[row for row in proposals if row["kind"] == SANCTION],
                rewards=[row for row in proposals if row["kind"] == REWARD],
                reward_notes=_rows(connection, "list_reward_notes", month=month),
                evidence=evidence,
                evidence_cut_at=evidence_rows if is_cut else None,
                titles=titles,
                minimum_n=int(policy.value("house", "scoring", "minimum_n", bounds.last_day).value),
                closing_on=bounds.closing_on,
                as_of=run(connection, "score/get_newest_day").scalar_one_or_none(),
                policy_digest=known["policy_digest"],
                approved_by=known["approved_by"],
                objection_until=terms.until,
                reply_days=terms.reply_days,
                reply_until=terms.reply_until,
                uncredited=int(seen.get("uncredited") or 0),
                missing_nights=seen.get("missing_nights") or {},
                trial_because=seen.get("trial_because") or {},
                objections=warehouse.rows(connection, "objections/list_objections", month=month),
                adjustments=warehouse.rows(
                    connection, "adjustments/list_news", month=month, most=ROWS_NAMED
                ),
                corrections=due_corrections(connection, policy, month),
            )
        )


def _evidence(connection: Connection, month: str, most: int) -> tuple[list[dict[str, Any]], bool]:
    """Rows behind the month's figures, and whether those that counted were left out."""
    if not most:
        return [], False
    is_cut = run(connection, "score/count_month_evidence", month=month).scalar_one() > most
    return _rows(
        connection, "list_month_evidence", month=month, only_uncounted=is_cut, most=most
    ), is_cut


def _refuse(
    connection: Connection, group: Group, policy: Policy, month: str, user: str, today: date
) -> None:
    undecided = [
        row["proposal_id"]
        for row in _rows(connection, "list_proposals", month=month, proposals=[])
        if row["decision"] is None
    ]
    if undecided:
        raise NotAllowed(
            f"{month}: {len(undecided)} proposals are undecided, the first is {undecided[0]}; "
            "decide them on the page Scorecards (评分与建议) or by `aftercare proposals approve|reject`"
        )
    roles = _rows(connection, "list_deciders", user_name=user, day=today)
    if not any(role["role"] in PUBLISHERS and role["store_code"] == "*" for role in roles):
        raise NotAllowed(
            f"{user} holds neither role hr nor manager of all stores; an administrator can grant it"
        )
    names = names_of(user, roles)
    refuse_party(connection, user, names, [month], (SCORED, JUDGES), "publish it")
    refuse_editor(connection, group, policy, [month], user, names, "publish it")


def _rows(connection: Connection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    return warehouse.rows(connection, f"score/{name}", **parameters)
