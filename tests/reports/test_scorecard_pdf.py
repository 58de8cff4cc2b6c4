"""The month's PDF."""

import re

from report_rows import line, proposal, report

from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_words import read_words


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_both_languages_make_a_pdf_with_an_embedded_font() -> None:
    for language in ("zh", "en"):
        pdf = scorecard_pdf(report(), read_words(language))  # type: ignore[arg-type]
        assert pdf.startswith(b"%PDF")
        assert b"NotoSansSC" in pdf


def test_people_fill_pages() -> None:
    many = [line(f"E{number:03}", "satisfied_share", 9, 10) for number in range(200)]
    assert pages(scorecard_pdf(report(lines=many), read_words("zh"))) > pages(
        scorecard_pdf(report(), read_words("zh"))
    )


def test_text_from_outside_is_never_markup() -> None:
    hostile = '#panic("x") *b* $x$ \\ [ ] " // @none <label>'
    lines = [line("E1", "satisfied_share", 9, 10, employee_name=hostile)]
    made = report(lines=lines, proposals=[proposal("E1", "reject", remark=hostile)])
    assert scorecard_pdf(made, read_words("en")).startswith(b"%PDF")


def test_a_month_without_coefficients_or_figures_makes_a_pdf() -> None:
    lines = [line("E1", "satisfied_share", 0, 0)]
    made = report(lines=lines, trend=[], proposals=[])
    assert scorecard_pdf(made, read_words("zh")).startswith(b"%PDF")


def test_the_same_figures_give_the_same_pdf() -> None:
    words = read_words("zh")
    assert scorecard_pdf(report(), words) == scorecard_pdf(report(), words)
