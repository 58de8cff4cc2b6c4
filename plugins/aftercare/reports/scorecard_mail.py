"""The month's mail to HR: plain text, HTML with one chart, workbook and PDF attached."""

from __future__ import annotations

from email.message import EmailMessage

from aftercare.errors import PipelineFault
from aftercare.reports.mail_headers import MAIL_POLICY
from aftercare.reports.mail_layout import HTML_BYTES, XLSX, inlined
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_room import Room
from aftercare.reports.scorecard_view import Texts, subject, view
from aftercare.reports.scorecard_words import TEMPLATES, Words

LETTERS = 600
ROOMS = (
    Room(40, letters=LETTERS),
    *(
        Room(rows, months=6, letters=LETTERS, has_commands=False)
        for rows in (40, 30, 20, 15, 10, 5)
    ),
    Room(0, months=0, letters=200, has_commands=False),
)
"""What the mail's page holds: the first of these that mail programs show without cutting it. The trend and the
commands give way before people do; all are attached."""

CHART = "chart"


def scorecard_html(texts: Texts, chart_address: str = f"cid:{CHART}") -> str:
    """The mail's HTML, with styles inlined; ``chart_address`` is where its one picture is found."""
    return inlined(TEMPLATES, "mail", {**texts, "chart": chart_address})


def fitting_page(report: ScorecardReport, words: Words) -> tuple[Texts, str]:
    """Texts and HTML with as much as mail programs show without cutting the message.

    The last of the rooms has neither people nor proposals, and is what is sent where nothing else fits.
    """
    texts: Texts = {}
    html = ""
    for room in ROOMS:
        texts = view(report, words, room=room)
        html = scorecard_html(texts)
        if len(html.encode()) < HTML_BYTES:
            break
    return texts, html


def scorecard_text(texts: Texts) -> str:
    """The mail for programs without HTML: the same parts in the same order."""
    words, say = texts["words"], texts["objection_words"]
    lines = [texts["stamp"], texts["title"], "", *texts["conclusion"]]
    if texts["notices"]:
        lines += ["", *texts["notices"]]
    lines += ["", words["proposals"], *_proposals("proposals", texts)]
    if texts["rewards"] or texts["rewards_note"] or texts["reward_notes"]:
        lines += ["", words["rewards"], *_proposals("rewards", texts), *texts["reward_notes"]]
    lines += ["", words["kpis"]]
    lines += [
        f"{row['kpi']} {row['role']}: {row['numerator']}/{row['denominator']} = {row['value']} "
        f"{row['symbol']} ({words['target']} {row['target']})"
        for row in texts["kpis"]
    ]
    if texts["posts"] or texts["people_note"]:
        lines += ["", words["people"], *_note(texts["people_note"])]
        lines += [_person(one, post, words) for post in texts["posts"] for one in post["people"]]
    if texts["points"] or texts["points_note"]:
        lines += ["", words["points_title"], *_note(texts["points_note"])]
    lines += [
        f"{one['name']} {one['employee_no']}: "
        + ", ".join(
            f"{title} {cell['points']}/{cell['weight']}"
            for title, cell in zip(texts["points_titles"], one["cells"], strict=True)
        )
        for one in texts["points"]
    ]
    if texts["targets"] or texts["targets_note"]:
        lines += ["", words["targets_title"], *_note(texts["targets_note"])]
    lines += [
        f"{one['name']} {one['employee_no']}: "
        + ", ".join(
            f"{entry['title']} {entry['value']} {entry['symbol']}".rstrip()
            for cell in one["cells"]
            for entry in cell
        )
        for one in texts["targets"]
    ]
    for name, shown in (
        ("objections", ("number", "name", "employee_no", "about", "due", "state")),
        ("adjustments", ("month", "name", "employee_no", "figure", "issued", "now", "reason")),
    ):
        note = texts[f"{name}_note"]
        if texts[name] or note:
            lines += ["", say[f"{name}_title"], *_note(note)]
            lines += [" ".join(one[key] for key in shown if one[key]) for one in texts[name]]
    lines += ["", texts["objection"], "", words["attachments"], texts["basis"]]
    return "\n".join(lines) + "\n"


def _note(text: str) -> list[str]:
    return [text] if text else []


def _proposals(name: str, texts: Texts) -> list[str]:
    """Sanctions or rewards: who, what, the decision, and below it why and by when.

    That there are none is said only where none were left out for want of room, of which the note tells.
    """
    words, lines = texts["words"], _note(texts[f"{name}_note"])
    for one in texts[name]:
        who = f"{one['name']} {one['employee_no']} {one['store']}"
        lines.append(f"{who}: {one['step']} {one['decision']} {one['decided_by']}".rstrip())
        lines.append(f"  {one['reason']}")
        if one["comment"]:
            lines.append(f"  {words['comment']}: {one['comment']}")
        ids = f"{words['rule']} {one['rule']} · {words['proposal']} {one['proposal_id']}"
        by = f"{words['correct_by']} {one['correct_by']} · " if "correct_by" in one else ""
        lines.append(f"  {by}{ids}")
    return lines or [words[f"{name}_none"]]


def _person(one: Texts, post: Texts, words: Texts) -> str:
    """A person's figures in a line."""
    figures = [
        f"{title} {cell['value']} {cell['symbol']}".rstrip()
        + (f" ({cell['counts']})" if cell["counts"] else "")
        for title, cell in zip(post["kpi_titles"], one["cells"], strict=True)
        if cell["value"]
    ]
    if post["is_ranked"]:
        figures.append(f"{words['rank']} {one['rank']}")
    titled = zip(post["coefficient_titles"], one["coefficients"], strict=True)
    figures += [f"{words['coefficients']} {title} {value}" for title, value in titled if value]
    who = f"{one['name']} {one['employee_no']} {one['role']} {one['store']} {one['trial']}"
    return f"{who.rstrip()}: {', '.join(figures)}"


def scorecard_message(report: ScorecardReport, words: Words) -> EmailMessage:
    """The whole message, without sender and recipient."""
    # Drawing and typesetting take a second to import, and the pages import this module.
    from aftercare.reports.charts import scorecard_chart
    from aftercare.reports.scorecard_pdf import scorecard_pdf
    from aftercare.reports.scorecard_workbook import scorecard_workbook

    texts, html = fitting_page(report, words)
    message = EmailMessage(policy=MAIL_POLICY)
    message["Subject"] = subject(report, words)
    message.set_content(scorecard_text(texts), cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    pages = message.get_payload()
    if not isinstance(pages, list) or not isinstance(pages[-1], EmailMessage):
        raise PipelineFault("the mail has no page to put the chart into")
    pages[-1].add_related(
        scorecard_chart(report, words),
        maintype="image",
        subtype="png",
        cid=f"<{CHART}>",
        filename="chart.png",
        disposition="inline",
    )
    name = f"scorecards-{report.rows.month}-{words.language}"
    message.add_attachment(
        scorecard_workbook(report, words),
        maintype="application",
        subtype=XLSX,
        filename=f"{name}.xlsx",
    )
    message.add_attachment(
        scorecard_pdf(report, words), maintype="application", subtype="pdf", filename=f"{name}.pdf"
    )
    return message
