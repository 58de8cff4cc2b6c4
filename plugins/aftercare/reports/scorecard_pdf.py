"""The month's scorecards as PDF, set by typst from data: no text from outside becomes markup."""

from __future__ import annotations

import json
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

from aftercare.errors import PipelineFault
from aftercare.reports.scorecard_report import ScorecardReport
from aftercare.reports.scorecard_view import view
from aftercare.reports.scorecard_words import TEMPLATES, Words


def scorecard_pdf(report: ScorecardReport, words: Words) -> bytes:
    """All people, proposals and their cases, with the stamp on every page.

    Raises PipelineFault when the template does not compile.
    """
    texts = json.dumps(view(report, words), ensure_ascii=False)
    try:
        return typst.compile(
            str(TEMPLATES / "report.typ"),
            root=str(TEMPLATES),
            font_paths=[str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"texts": texts},
        )
    except typst.TypstError as problem:
        raise PipelineFault(f"the PDF cannot be set: {problem.message}") from None
