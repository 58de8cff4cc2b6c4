"""What the mails about objections and adjustments say, and what they never hold, in both languages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from report_rows import TITLES

from aftercare.reports.mail_layout import mail_text
from aftercare.reports.told import (
    House,
    adjusted_texts,
    answer_texts,
    receipt_texts,
    told_message,
    told_state,
)
from aftercare.settings import Language

HOUSE = House("和远汽车集团", ["hr@heyuan.example"], TITLES)
UNTIL = date(2026, 7, 13)


def objection(**values: Any) -> dict[str, Any]:
    return {
        "objection_id": 7,
        "month": "2026-06",
        "employee_no": "E1",
        "employee_name": "王芳",
        "store_name": "和远斯柯达城东店",
        "role": "SC",
        "kpi_id": "satisfied_share",
        "proposal_id": None,
        "words": "two answers were about the car",
        "raised_on": date(2026, 7, 8),
        "raised_by": "manager.he",
        "due_on": date(2026, 7, 15),
        "state": "open",
        "answer": None,
        "answered_on": None,
        "decision": None,
    } | values


def answered(state: str, **values: Any) -> dict[str, Any]:
    return objection(
        state=state,
        answer="both name the consultant",
        answered_on=date(2026, 7, 10),
        answered_by="hr.li",
        **values,
    )


def adjustment(**values: Any) -> dict[str, Any]:
    return {
        "month": "2026-06",
        "employee_no": "E1",
        "employee_name": "王芳",
        "store_name": "和远斯柯达城东店",
        "role": "SC",
        "kpi_id": "satisfied_share",
        "credit": "person",
        "unit": "share",
        "old_numerator": Decimal(18),
        "old_denominator": Decimal(20),
        "old_excluded": Decimal(0),
        "old_value": Decimal("0.9"),
        "old_points": None,
        "new_numerator": Decimal(18),
        "new_denominator": Decimal(24),
        "new_excluded": Decimal(0),
        "new_value": Decimal("0.75"),
        "new_points": None,
        "rows_behind": [["came", "follow_up_task", "SK01.S2-01.D7"]] * 4,
        "row_count": 4,
        "objection_id": None,
        "ended_on": None,
        "ending": None,
    } | values


def said(texts: dict[str, Any]) -> str:
    return mail_text("told", texts)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", ["王芳，您的异议已收到", "最迟 2026-07-15 答复您。", "客户满意率（销售关爱 SC，"]),
        ("en", ["王芳, your objection was received", "by 2026-07-15", "Satisfied share (sales"]),
    ],
)
def test_a_receipt_names_day_figure_and_what_was_entered(
    language: Language, expected: list[str]
) -> None:
    text = said(receipt_texts(objection(), HOUSE, language))
    assert all(part in text for part in [*expected, "two answers were about the car"])
    assert "manager.he" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", ["upheld", "dismissed"])
@pytest.mark.parametrize("proposal", [None, "2026-06.E1.oral_warning"])
def test_an_answer_has_its_words_and_who_may_be_asked(
    language: Language, state: str, proposal: str | None
) -> None:
    row = answered(state, proposal_id=proposal, kpi_id=None if proposal else "satisfied_share")
    texts = answer_texts(row, HOUSE, language, UNTIL)
    text = said(texts)
    assert "both name the consultant" in text
    assert (str(UNTIL) in text) is (state == "dismissed")
    assert (proposal or "") in text
    assert "hr.li" not in text
    assert told_message(texts, HOUSE)["Reply-To"] == "hr@heyuan.example"


def test_an_upheld_objection_to_a_decision_says_that_it_is_not_carried_out() -> None:
    row = answered("upheld", kpi_id=None, proposal_id="2026-06.E1.oral_warning")
    assert "It is not carried out." in said(answer_texts(row, HOUSE, "en", None))


def test_an_adjustment_counts_rows_and_names_none() -> None:
    text = said(adjusted_texts([adjustment()], HOUSE, "en"))
    assert "As approved: 18/20 = 90%" in text
    assert "Would be now: 18/24 = 75%" in text
    assert "rows that came late: 4" in text
    assert "The figures as approved stay" in text
    assert "D7" not in text


def test_rows_of_which_not_all_are_kept_are_counted_together() -> None:
    text = said(adjusted_texts([adjustment(row_count=40, objection_id=7)], HOUSE, "en"))
    assert "your objection 7 was upheld, rows that came, left or changed: 40" in text


def test_a_figure_that_differs_for_other_reasons_says_so() -> None:
    text = said(adjusted_texts([adjustment(rows_behind=[], row_count=0)], HOUSE, "zh"))
    assert "由其他数字的变动引起" in text


def test_a_stores_figure_is_called_one() -> None:
    text = said(adjusted_texts([adjustment(credit="store")], HOUSE, "zh"))
    assert "门店数字" in text


def test_a_difference_that_went_shows_the_figure_as_approved() -> None:
    gone = adjustment(ending="gone", ended_on=date(2026, 9, 6))
    text = said(adjusted_texts([gone], HOUSE, "en"))
    assert "Would be now: 18/20 = 90%" in text
    assert "since 2026-09-06 it differs no more" in text


def test_without_hr_recipients_it_says_hr_and_takes_no_answers() -> None:
    house = House("和远汽车集团", [], TITLES)
    texts = receipt_texts(objection(), house, "en")
    assert "Ask HR." in said(texts)
    assert "Reply-To" not in told_message(texts, house)


def test_a_list_says_what_became_of_a_mail() -> None:
    assert told_state("answer", "sent", None, "en") == "mail with the answer: sent"
    assert told_state("receipt", "suppressed", "no_address", "zh") == (
        "收到通知：suppressed（no_address）"
    )


@pytest.mark.parametrize(
    ("decision", "language", "following"),
    [
        ("approve", "zh", "决定保持不变，从现在起可以执行。"),
        ("reject", "zh", "这一项建议后来未获同意，不执行。"),
        ("reject", "en", "What was proposed was not approved, and is not carried out."),
    ],
)
def test_what_was_rejected_is_not_told_as_carried_out_because_the_objection_was_dismissed(
    decision: str, language: Language, following: str
) -> None:
    about = {"proposal_id": "2026-06.E1.oral_warning", "kpi_id": None}
    row = answered("dismissed", decision=decision, **about)
    texts = answer_texts(row, HOUSE, language, UNTIL)
    said = mail_text("told", texts)
    assert following in said
    assert (str(UNTIL) in said) is (decision == "approve")


def test_a_document_that_came_late_is_no_row_and_is_not_counted_as_one() -> None:
    behind = [
        ["changed", "repair_order", "SK01|R1"],
        ["late", "repair_order", "SK01|R2"],
        ["late", "repair_order", "SK01|R3"],
    ]
    rows = [adjustment(rows_behind=behind, row_count=1)]
    only = [adjustment(rows_behind=behind[:1], row_count=1)]
    assert said(adjusted_texts(rows, HOUSE, "en")) == said(adjusted_texts(only, HOUSE, "en"))
