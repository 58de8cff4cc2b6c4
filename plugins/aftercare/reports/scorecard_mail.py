"""The month's mail to HR: plain text, HTML with one chart, workbook and PDF attached."""

from __future__ import annotations

from email.message import EmailMessage

from aftercare.errors import PipelineFault
from aftercare.reports.mail_headers import MAIL_POLICY
from aftercare.reports.mail_layout import HTML_BYTES, XLSX, inlined
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import Texts, subject, view
from aftercare.reports.scorecard_words import TEMPLATES, Words

ROWS = (40, 20, 10, 5)
"""People and proposals on the mail's page: the first of these that fits; all are attached."""

CHART = "chart"


def scorecard_html(texts: Texts, chart_address: str = f"cid:{CHART}") -> str:
    """The mail's HTML, with styles inlined; ``chart_address`` is where its one picture is found."""
    return inlined(TEMPLATES, "mail", {**texts, "chart": chart_address})


def fitting_page(report: ScorecardReport, words: Words) -> tuple[Texts, str]:
    """Texts and HTML with as many rows as mail programs show without cutting the message.

    Raises PipelineFault when even the shortest page is too long.
    """
    for rows in ROWS:
        texts = view(report, words, rows)
        html = scorecard_html(texts)
        if len(html.encode()) < HTML_BYTES:
            return texts, html
    raise PipelineFault(f"the mail's page has more than {HTML_BYTES} bytes with {ROWS[-1]} people")


def scorecard_text(texts: Texts) -> str:
    """The mail for programs without HTML."""
    lines = [texts["stamp"], texts["title"], "", *texts["conclusion"], "", *texts["notices"], ""]
    lines += [
        f"{row['kpi']} {row['role']}: {row['numerator']}/{row['denominator']} = {row['value']} "
        f"{row['symbol']} ({texts['words']['target']} {row['target']})"
        for row in texts["kpis"]
    ]
    lines += [
        f"{one['name']} {one['employee_no']}: "
        + ", ".join(
            f"{title} {cell['points']}/{cell['weight']}"
            for title, cell in zip(texts["points_titles"], one["cells"], strict=True)
        )
        for one in texts["points"]
    ]
    lines += [
        f"{one['name']} {one['employee_no']}: "
        + ", ".join(
            f"{entry['title']} {entry['value']} {entry['symbol']}".rstrip()
            for cell in one["cells"]
            for entry in cell
        )
        for one in texts["targets"]
    ]
    say = texts["objection_words"]
    for name, shown in (
        ("objections", ("number", "name", "employee_no", "about", "due", "state")),
        ("adjustments", ("month", "name", "employee_no", "figure", "issued", "now", "reason")),
    ):
        if texts[name]:
            lines += ["", say[f"{name}_title"]]
            lines += [" ".join(one[key] for key in shown if one[key]) for one in texts[name]]
    lines += ["", texts["words"]["attachments"], texts["basis"]]
    return "\n".join(lines) + "\n"


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
