"""Mails to an employee about what they objected to and what changed since: received, answered, adjusted.

They tell the one person's own matters: of rows behind a figure how many, never which, as a store's
figure stands on those of others; and nobody who raised, answered or decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from typing import Any

from aftercare.reports.mail_layout import mail_message
from aftercare.reports.objection_marks import words_of
from aftercare.reports.objections import CHANGES, adjusted_figure
from aftercare.reports.scorecard_report import Row
from aftercare.reports.scorecard_view import month_title, role_words
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.rules.kpis import STORE
from aftercare.settings import Language

AREA = "told"
Texts = dict[str, Any]
LABELS = ("adjusted_figures", "figure", "approved", "now", "reason")


@dataclass(frozen=True)
class House:
    """What all these mails need of the group: its name, whom employees may ask, and the figures' names."""

    group_name: str
    hr_addresses: Sequence[str]
    titles: Mapping[str, Mapping[str, str]]


def told_message(texts: Texts, house: House) -> EmailMessage:
    """The whole message, without sender and recipient; an answer to it goes to HR."""
    message = mail_message("told", texts)
    if house.hr_addresses:
        message["Reply-To"] = ", ".join(house.hr_addresses)
    return message


def receipt_texts(row: Row, house: House, language: Language) -> Texts:
    """That an objection was received: about what, what was entered, and by when it is answered."""
    words, common = read_words(language, AREA), read_words(language)
    month = month_title(row["month"], common)
    return _texts(row, house, words) | {
        "subject": words("receipt_subject", month=month, due=row["due_on"]),
        "title": words("receipt_title", name=row["employee_name"]),
        "stamp": _objection_stamp(row, house, words),
        "summary": [_about(row, house, words, common), words("receipt_due", due=row["due_on"])],
        "parts": [
            {
                "title": words("receipt_words_title"),
                "lines": row["words"].splitlines(),
                "note": words("receipt_words_note", raised=row["raised_on"]),
            },
            {"title": words("next_title"), "lines": [words("receipt_next")], "note": ""},
            _ask(house, words, common),
        ],
    }


def answer_texts(row: Row, house: House, language: Language, until: date | None) -> Texts:
    """What an objection was answered, with its words, and what happens next.

    ``until`` is the last day for another one, None where it is over.
    """
    words, common = read_words(language, AREA), read_words(language)
    kind = "proposal" if row["proposal_id"] else "figure"
    # What was proposed may have been rejected although the objection to it was dismissed.
    is_rejected = row["state"] == "dismissed" and row["decision"] == "reject"
    following = [words("next_rejected" if is_rejected else f"next_{row['state']}_{kind}")]
    if row["state"] == "dismissed" and until is not None and not is_rejected:
        following.append(words("next_again", until=until))
    return _texts(row, house, words) | {
        "subject": words("answer_subject", month=month_title(row["month"], common)),
        "title": words(f"answer_title_{row['state']}", name=row["employee_name"]),
        "stamp": _objection_stamp(row, house, words),
        "summary": [
            _about(row, house, words, common),
            words("answer_days", raised=row["raised_on"], answered=row["answered_on"]),
        ],
        "parts": [
            {
                "title": words("answer_words_title"),
                "lines": row["answer"].splitlines(),
                "note": "",
            },
            {"title": words("next_title"), "lines": following, "note": ""},
            _ask(house, words, common),
        ],
    }


def adjusted_texts(rows: Sequence[Row], house: House, language: Language) -> Texts:
    """A person's adjustments of one month: figures as approved and as they would be now, and why."""
    words, common = read_words(language, AREA), read_words(language)
    first = rows[0]
    month = month_title(first["month"], common)
    return _texts(first, house, words) | {
        "subject": words("adjusted_subject", month=month),
        "title": words("adjusted_title", name=first["employee_name"], month=month),
        "summary": [
            words("adjusted_stays"),
            words("adjusted_count", count=len(rows)),
        ],
        "figures": [_figure(row, house, words, common) for row in rows],
        "parts": [
            {"title": words("next_title"), "lines": [words("adjusted_next")], "note": ""},
            _ask(house, words, common),
        ],
    }


def told_state(told: str, state: str, reason: str | None, language: Language) -> str:
    """What became of a mail about an objection, in one line; ``told`` is receipt or answer."""
    words = read_words(language, AREA)
    mail = words(f"told_{told}")
    if reason:
        return words("told_state_reason", mail=mail, state=state, reason=reason)
    return words("told_state", mail=mail, state=state)


def _texts(row: Row, house: House, words: Words) -> Texts:
    return {
        "language": words.language,
        "stamp": _stamp(row, house, words),
        "figures": [],
        "foot": words("foot"),
        "words": {name: words(name) for name in LABELS},
    }


def _stamp(row: Row, house: House, words: Words) -> str:
    return words(
        "stamp", group=house.group_name, month=row["month"], employee_no=row["employee_no"]
    )


def _objection_stamp(row: Row, house: House, words: Words) -> str:
    return words("stamp_objection", stamp=_stamp(row, house, words), number=row["objection_id"])


def _about(row: Row, house: House, words: Words, common: Words) -> str:
    if row["proposal_id"]:
        about = words("about_proposal", proposal=row["proposal_id"])
    else:
        about = words(
            "about_figure",
            figure=_title(row["kpi_id"], house, words),
            post=role_words(row["role"], common),
            store=row["store_name"],
        )
    return words("about", month=month_title(row["month"], common), about=about)


def _title(kpi_id: str, house: House, words: Words) -> str:
    return house.titles[kpi_id][words.language] if kpi_id in house.titles else kpi_id


def _figure(row: Row, house: House, words: Words, common: Words) -> Texts:
    say = words_of(words)
    approved = adjusted_figure(row, "old", say)
    is_gone = row["ending"] == "gone"
    details = [role_words(row["role"], common), row["store_name"]]
    if row["credit"] == STORE:
        details.append(words("of_the_store"))
    return {
        "title": _title(row["kpi_id"], house, words),
        "details": details,
        "approved": approved,
        "now": approved if is_gone else adjusted_figure(row, "new", say),
        "reason": _reason(row, words, common),
    }


def _reason(row: Row, words: Words, common: Words) -> str:
    if row["ending"] == "gone":
        return words("gone", day=row["ended_on"])
    parts = []
    if row["objection_id"]:
        parts.append(words("by_objection", number=row["objection_id"]))
    kinds = [kind for kind, _, _ in row["rows_behind"] if kind in CHANGES]
    if row["row_count"] > len(kinds):
        # Of older adjustments only some of the rows are kept with their kind.
        parts.append(words("rows_many", count=row["row_count"]))
    elif kinds:
        parts += [
            words(f"rows_{kind}", count=kinds.count(kind)) for kind in CHANGES if kind in kinds
        ]
    else:
        parts.append(words("rows_none"))
    return common("comma").join(parts)


def _ask(house: House, words: Words, common: Words) -> Texts:
    where = (
        words("ask_hr_at", addresses=common("comma").join(house.hr_addresses))
        if house.hr_addresses
        else words("ask_hr")
    )
    return {"title": words("ask_title"), "lines": [words("ask", where=where)], "note": ""}
