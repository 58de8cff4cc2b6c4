"""What the mails to stores and employees say about a month, and what they never hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from point_rows import point_report
from report_rows import TITLES, line, proposal, score
from target_rows import target_report

from aftercare.reports.mail_layout import HTML_BYTES, TooLong, mail_html, mail_text
from aftercare.reports.month_facts import MonthFacts
from aftercare.reports.statement import Statement, statement_message, statement_texts
from aftercare.reports.store_mail import StoreMonth, store_message, store_texts
from aftercare.rules.objection_terms import ObjectionTerms
from aftercare.rules.scoring import SHARE
from aftercare.rules.store_figures import store_figures
from aftercare.settings import Language

FACTS = MonthFacts(
    "2026-06",
    "和远汽车集团",
    date(2026, 7, 5),
    10,
    ObjectionTerms(date(2026, 7, 13), 5, date(2026, 7, 20)),
    TITLES,
    "hr.li",
    "0" * 64,
)
CARD = "2026-06.SC.SK01.E1"
LANGUAGES: tuple[Language, Language] = ("zh", "en")


def statement(**values: Any) -> Statement:
    made = Statement(
        FACTS,
        "E1",
        "王芳",
        [
            line("E1", "follow_up_coverage", 20, 20, "1"),
            line("E1", "satisfied_share", 16, 20, excluded=Decimal(2)),
            score("E1", "97.99", "1.2", None),
        ],
        {CARD: (3, 12)},
        [],
        {("SC", "satisfied_share", SHARE): (Decimal("0.9"), 12)},
        5,
        ["hr@heyuan.example"],
    )
    return replace(made, **values)


def said(made: Statement, language: Language = "zh") -> str:
    return mail_text("statement", statement_texts(made, language))


def store(**values: Any) -> StoreMonth:
    sums = {
        "store_code": "SK01",
        "brand": "SKODA",
        "role": "SC",
        "kpi_id": "satisfied_share",
        "credit": "person",
        "direction": "higher",
        "numerator": Decimal(161),
        "denominator": Decimal(200),
        "excluded": Decimal(0),
        "target": Decimal("0.9"),
        "targets": 1,
    }
    rows = [sums, sums | {"store_code": "SK02", "numerator": Decimal(190)}]
    made = StoreMonth(
        FACTS,
        "SK01",
        "和远斯柯达城东店",
        store_figures(rows, 10, 2)["SK01"],
        [sums | {"month": "2026-06"}],
        ["2026-06"],
        [line("E1", "satisfied_share", 161, 200)],
        {CARD: (3, 12)},
        [],
        3,
    )
    return replace(made, **values)


def test_a_statement_begins_with_what_matters() -> None:
    assert statement_texts(statement(), "zh")["summary"] == [
        "有目标的指标 2 项，达到 1 项，未达到 1 项。",
        "客户满意率在集团同岗位（销售关爱 SC）12 人中排第 3。",
        "本月没有对您提出任何处分建议。",
    ]


def test_a_figure_has_all_that_it_stands_on() -> None:
    assert "客户满意率: 16 / 20 = 80% ▼ (目标 90%, 本岗中位数 90%) 不计 2" in said(statement())
    assert "SQS: – = 97.99 – (Target –, Median of the post –) coefficient 1.2" in said(
        statement(), "en"
    )


def test_a_median_of_few_people_is_left_out() -> None:
    few = statement(medians={("SC", "satisfied_share", SHARE): (Decimal("0.9"), 4)})
    assert "90% ▼" not in said(few)
    assert "本岗中位数" not in said(few)


def test_too_few_answers_are_no_place() -> None:
    assert "少于 10 个，不排名" in said(statement(places={}))
    nothing = statement(places={}, lines=[line("E1", "satisfied_share", 0, 0)])
    assert "排名" not in said(nothing)
    assert "本月没有可以判断的指标" in said(nothing)


def test_what_was_decided_is_told_with_its_reason_and_without_remarks() -> None:
    rows = [
        proposal("E1", "approve", remark="客户张先生 13800000000"),
        proposal("E1", "reject", proposal_id="2026-06.E1.written", remark="秘密"),
    ]
    text = said(statement(proposals=rows), "en")
    assert "Oral warning: decided, put right by 2026-08-04" in text
    assert "Oral warning: not upheld, nothing follows" in text
    assert "Satisfied share 7/10 (70%), below 80%." in text
    assert "13800000000" not in text
    assert "秘密" not in text


def test_who_may_be_asked_and_until_when_is_told() -> None:
    assert "HR (hr@heyuan.example; you may answer this mail)" in said(statement(), "en")
    assert "until 2026-07-13" in said(statement(), "en")
    message = statement_message(statement(hr_addresses=[]), "zh")
    assert message["Reply-To"] is None


def test_a_trial_says_that_nothing_follows() -> None:
    lines = [line("E1", "satisfied_share", 16, 20, is_trial=True)]
    assert "试运行" in said(statement(lines=lines))


def test_points_and_targets_stand_on_the_statements_of_who_has_them() -> None:
    points, targets = point_report(), target_report()
    for report, employee_no, word, summary in (
        (points, "S2", "保险业务", "合计得分 10 / 10。"),
        # Ten lines are judged, two of them as parts of the joint target.
        (targets, "D1", "SQS", "有目标的指标 8 项，达到 5 项，未达到 3 项。"),
    ):
        (person,) = [one for one in report.people if one.employee_no == employee_no]
        made = statement(
            facts=replace(FACTS, titles=report.rows.titles),
            employee_no=employee_no,
            lines=list(person.lines.values()),
            places={},
        )
        assert word in said(made)
        assert statement_texts(made, "zh")["summary"][0] == summary
        assert f"aftercare evidence 2026-06 {employee_no}" in said(made)
        mail_html("statement", statement_texts(made, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_text_and_never_markup(language: Language) -> None:
    hostile = "<img src=x>&王"
    lines = [line("E1", "satisfied_share", 161, 200, employee_name=hostile, store_name=hostile)]
    rows = [proposal("E1", "approve", employee_name=hostile)]
    own = statement_texts(statement(name=hostile, lines=lines), language)
    shop = store_texts(store(store_name=hostile, lines=lines, proposals=rows), language)
    for name, texts in (("statement", own), ("store", shop)):
        html = mail_html(name, texts)
        assert "&lt;img src=x&gt;&amp;王" in html
        assert "<img" not in html
        assert hostile in mail_text(name, texts)
        assert "http" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_said_in_both_languages(language: Language) -> None:
    message = store_message(store(proposals=[proposal("E1", "reject")]), language)
    page, text = message.get_body(("html",)), message.get_body(("plain",))
    assert page is not None
    assert text is not None
    word = {"zh": "本店人员", "en": "The store's people"}[language]
    assert word in page.get_content()
    assert {"zh": "处分建议 1 项", "en": "Sanctions proposed: 1"}[language] in text.get_content()


def test_a_store_sees_its_place_its_median_and_what_is_behind() -> None:
    texts = store_texts(store(), "zh")
    (figure,) = texts["figures"]
    assert (figure["value"], figure["rank"], figure["median"]) == ("80.5%", "2/2", "87.8%")
    assert "低于同品牌中位数的有 1 项：客户满意率 SC。" in texts["conclusion"]


def test_a_month_that_had_nothing_is_no_zero_in_the_year() -> None:
    made = store(months=["2026-05", "2026-06"])
    (row,) = store_texts(made, "zh")["year"]
    assert [cell["value"] for cell in row["cells"]] == ["–", "80.5▼"]


def test_a_store_of_many_people_still_fits_into_a_mail() -> None:
    lines = [
        line(f"E{number:03}", kpi, 19, 20)
        for number in range(200)
        for kpi in ("follow_up_coverage", "satisfied_share")
    ]
    page = store_message(store(lines=lines), "en").get_body(("html",))
    assert page is not None
    assert len(page.get_content().encode()) < HTML_BYTES
    assert "people are shown, those below a target first; all 200" in page.get_content()


def test_a_store_that_never_fits_is_refused() -> None:
    rows = [proposal("E1", "reject", reason="很" * 50_000)]
    with pytest.raises(TooLong):
        store_message(store(proposals=rows), "zh")
