"""The month's PDF."""

import json
import re
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pytest
import typst
from report_rows import line, proposal, report

from aftercare.reports.scorecard_pdf import scorecard_pdf
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import read_words
from aftercare.settings import PROJECT


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


def asked(label: str, rows: int, above: int) -> Any:
    """What a table of that many rows, so many millimetres down its page, says of itself."""
    found = typst.query(
        str(PROJECT / "tests" / "fixtures" / "rows_together.typ"),
        f"<{label}>",
        field="value",
        root=str(PROJECT),
        font_paths=[str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)],
        sys_inputs={
            "given": json.dumps({"rows": rows, "above": above}),
            "texts": json.dumps(view(report(), read_words("en"))),
        },
    )
    return json.loads(found)


@pytest.mark.parametrize("above", range(0, 40, 3))
def test_no_row_stands_alone_at_the_top_of_a_page(above: int) -> None:
    pages_of_rows = asked("row", 17, above)
    assert len(set(pages_of_rows)) > 1
    assert pages_of_rows.count(pages_of_rows[-1]) >= 3
    assert len(set(asked("row", 4, above))) == 1


def test_number_and_post_of_a_person_have_room_on_one_line() -> None:
    assert asked("fits", 1, 0) == [True]
