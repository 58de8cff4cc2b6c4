"""What HR hears of approved steps that stand on an earlier step that was overturned since."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

from aftercare.reports.mail_layout import mail_message
from aftercare.reports.objection_marks import AREA
from aftercare.reports.scorecard_report import Row
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.settings import Language

MAIL_AREA = "overturned"


def overturned_hints(row: Row, say: Words) -> list[str]:
    """Below a step that stands on an overturned one: on which, and how to overturn it; else nothing.

    ``row`` is a proposal as it is listed, ``say`` has the words about objections.
    """
    if not row.get("overturned"):
        return []
    behind = say("unfounded_behind", keys=", ".join(row["overturned"]))
    if row["decision"] is None:
        return [behind, say("unfounded_open", month=row["month"])]
    return [behind, _command(row, row["published_at"] is not None, say)]


def overturned_message(rows: Sequence[Row], group_name: str, language: Language) -> EmailMessage:
    """The mail to HR about one overturned step; ``rows`` are the approved ones that stand on it.

    It names ids and commands, and no person.
    """
    words, say, common = (
        read_words(language, MAIL_AREA),
        read_words(language, AREA),
        read_words(language),
    )
    key, objection_id = rows[0]["overturned_id"], rows[0]["objection_id"]
    if objection_id is not None:
        why = words("by_objection", number=objection_id)
    else:
        why = words("reason_gone" if rows[0]["is_lapsed"] else "taken_back")
    lines = [
        line
        for row in rows
        for line in (
            f"{row['proposal_id']} · {common(row['step'])}",
            f"  {_command(row, row['is_published'], say)}",
        )
    ]
    return mail_message(
        "told",
        {
            "language": language,
            "subject": words("subject", count=len(rows), step=key),
            "title": words("title", count=len(rows)),
            "stamp": words("stamp", group=group_name, step=key),
            "summary": [words("summary", step=key, why=why), words("stays")],
            "figures": [],
            "parts": [
                {"title": words("steps_title"), "lines": lines, "note": words("steps_note")},
            ],
            "foot": words("foot"),
            "words": {},
        },
    )


def _command(row: Row, is_published: bool, say: Words) -> str:
    if is_published:
        asked = {"month": row["month"], "employee_no": row["employee_no"]}
        return say("unfounded_object", proposal=row["proposal_id"], **asked)
    return say("unfounded_reject", proposal=row["proposal_id"])
