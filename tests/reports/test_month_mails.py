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
from aftercare.reports.scorecard_report import FIGURES
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


def reward(employee_no: str, decision: str | None, **values: Any) -> dict[str, Any]:
    return proposal(
        employee_no,
        decision,
        **{
            "proposal_id": f"2026-06.{employee_no}.satisfaction_star",
            "step": "satisfaction_star",
            "rule_id": "S1-20",
            "reason": "同岗位第 1 名。\nPlace 1 of the post.",
            "correct_by": None,
            "rank_no": 1,
            "ranked": 12,
        }
        | values,
    )


def objection(**values: Any) -> dict[str, Any]:
    return {
        "state": "open",
        "scorecard_id": CARD,
        "kpi_id": None,
        "proposal_id": None,
        "proposals": [],
    } | values


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
        "本月没有对您决定任何处分。",
    ]


@pytest.mark.parametrize(
    ("language", "none", "section"),
    [
        ("zh", "没有对您决定任何处分", "== 对您的决定 ==\n无。"),
        ("en", "No sanction was decided", "== What was decided about you ==\nNothing."),
    ],
)
def test_that_no_sanction_was_decided_is_said_once(
    language: Language, none: str, section: str
) -> None:
    text = said(statement(), language)
    assert text.count(none) == 1
    assert section in text


def test_a_figure_has_all_that_it_stands_on() -> None:
    assert "客户满意率: 16 / 20 = 80% ▼ (目标 90%, 本岗中位数 90%) 不计 2" in said(statement())
    assert "SQS: – = 97.99 – (Target –, Median of the post –) coefficient 1.2" in said(
        statement(), "en"
    )


def test_a_median_of_few_people_is_left_out_and_no_note_speaks_of_it() -> None:
    few = statement(medians={("SC", "satisfied_share", SHARE): (Decimal("0.9"), 4)})
    assert "90% ▼" not in said(few)
    assert "中位数" not in said(few)
    assert "中位数为集团同岗位" in said(statement())


def test_figures_with_nothing_to_count_stand_in_one_line_for_each_reason() -> None:
    lines = [
        line("E1", "follow_up_coverage", 20, 20, "1"),
        line("E1", "satisfied_share", 0, 0, excluded=Decimal(2), credit="store"),
        line("E1", "archived", 0, 0, note="not_delivered"),
        line("E1", "booking", 0, 0),
    ]
    titles = TITLES | {name: {"zh": name, "en": name} for name in ("booking", "archived")}
    made = statement(lines=lines, facts=replace(FACTS, titles=titles))
    (card,) = statement_texts(made, "zh")["cards"]
    assert [row["title"] for row in card["figures"]] == ["回访覆盖率"]
    assert card["nothing"] == [
        "当月没有可计的行：客户满意率（门店数字、不计 2）、booking",
        "该店的系统当月没有提供这项数据：archived",
    ]
    for language in LANGUAGES:
        texts = statement_texts(made, language)
        for text in (said(made, language), mail_html("statement", texts)):
            assert "0 / 0" not in text
            assert texts["cards"][0]["nothing"][1] in text


def test_a_figure_without_a_value_but_with_something_due_keeps_its_row() -> None:
    lines = [line("E1", "satisfied_share", 3, 5, value=None, is_target_met=None)]
    (card,) = statement_texts(statement(lines=lines), "zh")["cards"]
    assert ([row["counts"] for row in card["figures"]], card["nothing"]) == (["3 / 5"], [])


def test_a_person_is_told_what_to_write_and_hr_gets_one_command() -> None:
    text = said(statement(), "en")
    assert "the rows behind Follow-up coverage of 2026-06, employee no. E1" in text
    (command,) = [row for row in text.splitlines() if "aftercare" in row]
    assert command == (
        "For HR to run: aftercare evidence 2026-06 E1 with one of these at the end:"
        " follow_up_coverage satisfied_share sqs"
    )
    nothing = statement(lines=[line("E1", "satisfied_share", 0, 0)])
    assert "aftercare evidence" not in said(nothing)


def test_several_steps_are_named_each_once_with_how_many() -> None:
    rows = [
        proposal("E1", "approve", proposal_id=f"2026-06.E1.{number}", step=step)
        for number, step in enumerate(("oral_warning", "oral_warning", "written_criticism"))
    ]
    summary = statement_texts(statement(proposals=rows), "zh")["summary"]
    assert summary[-1] == "对您作出的决定：口头警告 ×2、书面批评，见下。"


def test_too_few_answers_are_no_place() -> None:
    assert "少于 10 个，不排名" in said(statement(places={}))
    nothing = statement(places={}, lines=[line("E1", "satisfied_share", 0, 0)])
    assert "排名" not in said(nothing)
    assert "本月没有可以判断的指标" in said(nothing)


def test_what_was_decided_is_told_with_its_reason_and_without_remarks() -> None:
    rows = [proposal("E1", "approve", remark="客户张先生 13800000000")]
    text = said(statement(proposals=rows), "en")
    assert "Oral warning: decided, put right by 2026-08-04" in text
    assert "Decided about you: Oral warning; see below." in text
    assert "Satisfied share 7/10 (70%), below 80%." in text
    assert "13800000000" not in text


@pytest.mark.parametrize("decision", ["reject", None])
def test_a_sanction_that_is_not_approved_is_not_told_to_its_person(decision: str | None) -> None:
    rows = [proposal("E1", decision, remark="秘密")]
    assert said(statement(proposals=rows), "en") == said(statement(), "en")


def test_a_store_is_told_what_was_rejected_as_such() -> None:
    shop = mail_text("store", store_texts(store(proposals=[proposal("E1", "reject")]), "en"))
    assert "No sanction was proposed this month." not in shop
    assert "Oral warning, not upheld, nothing follows" in shop


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_store_is_not_told_of_a_sanction_before_it_is_decided(language: Language) -> None:
    open_one = proposal("E1", None, reason="未决理由")
    decided = [proposal("E2", "approve"), proposal("E3", "reject")]
    with_it = mail_text("store", store_texts(store(proposals=[open_one, *decided]), language))
    assert with_it == mail_text("store", store_texts(store(proposals=decided), language))
    assert "未决理由" not in with_it
    alone = mail_text("store", store_texts(store(proposals=[open_one]), language))
    assert alone == mail_text("store", store_texts(store(), language))


def test_an_approved_reward_stands_in_a_section_of_its_own_with_nothing_to_put_right() -> None:
    made = statement(rewards=[reward("E1", "approve")])
    text, texts = said(made, "en"), statement_texts(made, "en")
    assert (
        "== Your rewards ==\nSatisfaction star: approved, rank 1/12\nPlace 1 of the post." in text
    )
    assert "put right" not in text
    assert "Rewards approved for you: 1, see below." in text
    assert "No sanction was decided about you this month." in text
    assert [one["style"] for one in texts["rewards"]] == ["good"]
    assert "None" not in mail_html("statement", texts)
    shop = mail_text("store", store_texts(store(rewards=[reward("E1", "approve")]), "zh"))
    assert "== 对本店的奖励 ==\n员工E1 E1: 满意度之星, 同意授予, 名次 1/12" in shop
    assert "本月没有处分建议。" in shop


@pytest.mark.parametrize(
    "row",
    [
        reward("E1", "reject"),
        reward("E1", None),
        reward("E1", "approve", step="promotion_referral", rank_no=None),
    ],
)
def test_a_reward_that_is_not_approved_or_only_referred_is_not_told(row: Any) -> None:
    assert said(statement(rewards=[row])) == said(statement())
    made = store(rewards=[row])
    assert store_texts(made, "zh") == store_texts(store(), "zh")


def test_what_is_under_objection_is_marked_for_the_person_and_the_store() -> None:
    key = "2026-06.E1.oral_warning"
    open_one = objection(kpi_id="satisfied_share", proposals=[key])
    facts = replace(FACTS, objections=[open_one])
    rows = [proposal("E1", "approve")]
    text = said(statement(facts=facts, proposals=rows))
    assert "客户满意率: 16 / 20 = 80% ▼ (目标 90%, 本岗中位数 90%) 不计 2 · 异议中" in text
    assert "回访覆盖率: 20 / 20 = 100% ✓ (目标 100%, 本岗中位数 –)\n" in text
    assert "整改期限 2026-08-04 · 异议中，答复之前请勿执行" in text
    shop = store(facts=facts, proposals=rows)
    assert "(161/200 · 异议中)" in mail_text("store", store_texts(shop, "zh"))
    assert "under objection: do not carry out" in mail_html("store", store_texts(shop, "en"))


def test_what_an_upheld_objection_lifted_is_marked_and_a_rejected_one_is_not() -> None:
    key = "2026-06.E1.oral_warning"
    facts = replace(FACTS, objections=[objection(proposal_id=key, state="upheld")])
    approved, rejected = (
        mail_text("store", store_texts(store(facts=facts, proposals=[row]), "en"))
        for row in (proposal("E1", "approve"), proposal("E1", "reject"))
    )
    assert "upheld: do not carry out" in said(
        statement(facts=facts, proposals=[proposal("E1", "approve")]), "en"
    )
    assert "an objection to it was upheld: do not carry out" in approved
    assert "upheld: do not" not in rejected


def test_a_reward_under_objection_is_marked() -> None:
    key = "2026-06.E1.satisfaction_star"
    facts = replace(FACTS, objections=[objection(proposal_id=key, proposals=[key])])
    made = statement(facts=facts, rewards=[reward("E1", "approve")])
    assert "rank 1/12 · under objection: do not carry out before the answer" in said(made, "en")


def test_who_may_be_asked_and_until_when_is_told() -> None:
    assert "HR (hr@heyuan.example; you may answer this mail)" in said(statement(), "en")
    assert "until 2026-07-13" in said(statement(), "en")
    message = statement_message(statement(hr_addresses=[]), "zh")
    assert message["Reply-To"] is None


def test_a_trial_says_that_nothing_follows() -> None:
    lines = [line("E1", "satisfied_share", 16, 20, is_trial=True)]
    assert "试运行" in said(statement(lines=lines))


def test_only_the_card_that_is_on_trial_says_so() -> None:
    other = {"scorecard_id": "2026-06.AC.SK01.E1", "role": "AC", "is_trial": True}
    lines = [line("E1", "satisfied_share", 16, 20), line("E1", "satisfied_share", 9, 10) | other]
    cards = statement_texts(statement(lines=lines), "zh")["cards"]
    assert {card["title"].partition("，")[0]: bool(card["trial"]) for card in cards} == {
        "您的指标：销售关爱 SC": False,
        "您的指标：售后关爱 AC": True,
    }


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


def post_of(texts: dict[str, Any], role: str) -> dict[str, Any]:
    (post,) = [one for one in texts["posts"] if one["role"].endswith(role)]
    return dict(post)


def test_each_post_of_a_store_has_a_table_of_its_own_figures() -> None:
    card = {"scorecard_id": "2026-06.SA.SK01.V1", "role": "SA"}
    served = line("V1", "follow_up_coverage", 3, 4, None, **card)
    made = store(lines=[line("E1", "satisfied_share", 161, 200), served])
    texts = store_texts(made, "zh")
    care, advisors = post_of(texts, "SC"), post_of(texts, "SA")
    assert (care["heads"], care["is_ranked"], care["has_other"]) == (["客户满意率"], True, False)
    assert (advisors["heads"], advisors["is_ranked"]) == (["回访覆盖率"], False)
    assert [len(one["cells"]) for one in advisors["people"]] == [1]
    text = mail_text("store", texts)
    assert "员工E1 E1 销售关爱 SC: 客户满意率 80.5% ▼ (161/200); 满意率排名 3/12;" in text
    assert "员工V1 V1 服务顾问 SA: 回访覆盖率 75% (3/4);" in text
    page = mail_html("store", texts)
    assert page.count("满意率排名") == 1
    assert "服务顾问 SA" in page


def test_figures_without_a_target_stand_beside_where_a_post_has_many() -> None:
    names = [f"k{number}" for number in range(FIGURES + 1)]
    titles = {name: {"zh": f"指标{name}", "en": name} for name in names}
    given = [line("E1", name, 3, 4, "0.9" if name < "k2" else None) for name in names]
    made = store(facts=replace(FACTS, titles=TITLES | titles), lines=given)
    post = post_of(store_texts(made, "zh"), "SC")
    assert post["heads"] == ["指标k0", "指标k1"]
    assert post["people"][0]["other"].startswith("指标k2 75% 3/4 · 指标k3 75% 3/4")
    free = [each | {"target": None, "is_target_met": None} for each in given]
    post = post_of(store_texts(replace(made, lines=free), "zh"), "SC")
    assert (len(post["heads"]), post["people"][0]["other"]) == (FIGURES, "指标k8 75% 3/4")


def test_who_is_neither_met_nor_missed_is_named_in_the_conclusion() -> None:
    lines = [line("E1", "satisfied_share", 161, 200), line("E2", "satisfied_share", 1, 2, None)]
    first = store_texts(store(lines=lines), "zh")["conclusion"][0]
    assert first == (
        "评分 2 人；0 人全部目标达成，1 人至少一项未达成；"
        "其余 1 人没有目标，或当月没有可判断的数据。"
    )
    assert "其余" not in store_texts(store(), "zh")["conclusion"][0]


def test_a_store_that_is_the_only_one_of_its_brand_has_no_rank_and_is_told_why() -> None:
    (figure,) = store().figures
    alone = replace(figure, place=1, ranked=1, median=None, peers=1)
    text = mail_text("store", store_texts(store(figures=[alone]), "en"))
    assert "1/1" not in text
    assert "Median" not in text
    assert "only store of its brand with these figures" in text
    page = mail_html("store", store_texts(store(figures=[alone]), "en"))
    assert "Median" not in page
    beside = replace(alone, kpi_id="sqs", peers=3)
    ranks = [row["rank"] for row in store_texts(store(figures=[alone, beside]), "en")["figures"]]
    assert ranks == ["only store of its brand", "others: too few rows"]


@pytest.mark.parametrize("months", [2, 7])
def test_the_years_title_counts_its_months(months: int) -> None:
    made = store(months=[f"2026-{month:02}" for month in range(1, months + 1)])
    text = mail_text("store", store_texts(made, "zh"))
    assert f"== 最近 {months} 个月 (" in text
    assert f"The last {months} months" in mail_html("store", store_texts(made, "en"))


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


def test_a_store_with_all_figures_of_a_year_still_fits_into_a_mail() -> None:
    months = [f"2025-{month:02}" for month in range(7, 13)] + [
        f"2026-{month:02}" for month in range(1, 7)
    ]
    posts = [f"P{number}" for number in range(25)]
    (figure,) = store().figures
    (sums,) = store().trend
    made = store(
        figures=[replace(figure, role=post) for post in posts],
        trend=[sums | {"month": month, "role": post} for month in months for post in posts],
        months=months,
        lines=[line(f"E{number}", "satisfied_share", 161, 200) for number in range(15)],
    )
    page = mail_html("store", store_texts(made, "zh"))
    assert page.count("80.5▼") >= len(months) * len(posts)
    assert len(page.encode()) < HTML_BYTES * 3 / 4


def test_a_store_of_many_decisions_shows_approved_ones_first_and_says_how_many() -> None:
    rows = [
        proposal(f"E{number:03}", "approve" if number > 90 else "reject", reason="理由" * 300)
        for number in range(100)
    ]
    page = store_message(store(proposals=rows), "en").get_body(("html",))
    assert page is not None
    assert "15 are shown, approved ones first; all 100" in page.get_content()
    assert all(f"E{number:03}" in page.get_content() for number in range(91, 100))
    assert "Sanctions proposed: 100; approved 9, rejected 91." in page.get_content()


def test_a_store_that_never_fits_is_refused() -> None:
    rows = [proposal("E1", "reject", reason="很" * 50_000)]
    with pytest.raises(TooLong):
        store_message(store(proposals=rows), "zh")


def test_a_stores_mail_names_the_command_for_each_of_its_figures_once() -> None:
    (figure,) = store().figures
    figures = [figure, replace(figure, role="AC"), replace(figure, kpi_id="follow_up_coverage")]
    empty = replace(
        figure, kpi_id="sqs", numerator=Decimal(0), denominator=Decimal(0), excluded=Decimal(0)
    )
    made = store(figures=[*figures, empty])
    commands = store_texts(made, "zh")["commands"]
    assert commands == [
        "回访覆盖率：aftercare evidence 2026-06 SK01 follow_up_coverage",
        "客户满意率：aftercare evidence 2026-06 SK01 satisfied_share",
    ]
    page, text = (
        mail_html("store", store_texts(made, "en")),
        mail_text("store", store_texts(made, "en")),
    )
    for command in ("follow_up_coverage", "satisfied_share"):
        assert page.count(f"aftercare evidence 2026-06 SK01 {command}") == 1
        assert text.count(f"aftercare evidence 2026-06 SK01 {command}") == 1
    assert "Airflow → Aftercare → Scorecards" in text


def test_points_and_targets_of_a_store_lead_to_rows_from_its_mail() -> None:
    for report, store_code, name in (
        (point_report(), "SK02", "points_total"),
        (target_report(), "SK01", "quality_and_success"),
    ):
        lines = [line for line in report.rows.lines if line["store_code"] == store_code]
        facts = replace(FACTS, titles=report.rows.titles)
        made = store(facts=facts, store_code=store_code, lines=lines, places={})
        commands = store_texts(made, "en")["commands"]
        assert any(
            command.endswith(f": aftercare evidence 2026-06 {store_code} {name}")
            for command in commands
        )


def test_what_a_store_left_out_stands_beside_its_counts_and_those_of_its_people() -> None:
    (figure,) = store().figures
    lines = [line("E1", "satisfied_share", 161, 200, excluded=Decimal(3))]
    made = store(figures=[replace(figure, excluded=Decimal(3))], lines=lines)
    text = mail_text("store", store_texts(made, "zh"))
    assert "161 / 200 = 80.5% ▼ (目标 90%, 排名 2/2, 同品牌中位数 87.8%) 不计 3\n" in text
    assert "客户满意率 80.5% ▼ (161/200) 不计 3" in text
    page = mail_html("store", store_texts(made, "en"))
    assert page.count("left out 3") == 2
    assert "left out 0" not in mail_text("store", store_texts(store(), "en"))


def test_what_a_directors_target_left_out_stands_on_the_statement() -> None:
    report = target_report()
    (person,) = [one for one in report.people if one.employee_no == "D1"]
    made = statement(
        facts=replace(FACTS, titles=report.rows.titles),
        employee_no="D1",
        lines=list(person.lines.values()),
        places={},
    )
    assert "46/50 · 不计 2" in said(made)
    (command,) = [row for row in said(made).splitlines() if "aftercare evidence 2026-06 D1" in row]
    assert "sqs_score" in command
