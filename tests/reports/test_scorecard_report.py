"""Sums, medians and ranks of the month's documents."""

from decimal import Decimal

from report_rows import line, proposal, report

from aftercare.reports.scorecard_report import Row, median, ranks_of, shown, shown_target, symbol


def test_people_are_counted_once_with_or_without_figures() -> None:
    made = report()
    assert made.count_people() == 3
    assert made.count_people(is_counted=True) == 2
    assert (made.count_people(is_met=True), made.count_people(is_met=False)) == (1, 1)


def test_a_person_with_two_posts_meets_the_targets_only_in_both() -> None:
    other = {"scorecard_id": "2026-06.SC.SK02.E1", "store_code": "SK02"}
    lines = [
        line("E1", "satisfied_share", 10, 10),
        line("E1", "satisfied_share", 1, 10, **other),
    ]
    made = report(lines=lines)
    assert (made.count_people(), made.count_people(is_met=True)) == (1, 0)
    assert made.count_people(is_met=False) == 1


def test_a_figure_of_all_is_the_sum_of_counts_and_not_the_mean_of_shares() -> None:
    figure = report().kpi("satisfied_share")
    assert (figure.numerator, figure.denominator) == (180, 220)
    assert shown(figure.value) == "81.8%"
    assert figure.symbol == "▼"
    assert (figure.people_met, figure.people) == (1, 2)


def test_a_figure_of_the_store_is_counted_once_however_many_people_have_it() -> None:
    made = report(
        lines=[
            line("E1", "satisfied_share", 30, 40, credit="store"),
            line("E2", "satisfied_share", 30, 40, credit="store"),
            line("E3", "satisfied_share", 10, 10, credit="store", store_code="SK02"),
        ]
    )
    figure = made.kpi("satisfied_share", "SC")
    assert (figure.numerator, figure.denominator) == (40, 50)
    assert (figure.people_met, figure.people) == (1, 3)


def test_where_less_is_better_the_figure_of_all_has_to_stay_below_its_target() -> None:
    made = report(lines=[line("E1", "satisfied_share", 14, 100, "0.15", direction="lower")])
    figure = made.kpi("satisfied_share")
    assert (figure.symbol, shown_target(figure.target, figure.direction)) == ("✓", "<15%")


def test_the_median_is_over_those_who_have_a_figure() -> None:
    assert report().kpi("follow_up_coverage").median == Decimal("0.95")
    assert median([]) is None
    assert median([Decimal(3), Decimal(1), Decimal(2)]) == 2


def test_a_target_that_only_some_have_judges_no_figure_of_all() -> None:
    lines = [line("E1", "satisfied_share", 19, 20), line("E2", "satisfied_share", 1, 20, None)]
    figure = report(lines=lines).kpi("satisfied_share")
    assert (figure.target, figure.symbol, figure.people) == (None, "–", 1)


def test_ranks_need_ten_answers_and_ties_share_the_better_one() -> None:
    lines = [
        line("E1", "satisfied_share", 19, 20),
        line("E2", "satisfied_share", 38, 40),
        line("E3", "satisfied_share", 5, 10),
        line("E4", "satisfied_share", 9, 9),
    ]
    ranks = {one.employee_no: (one.rank, one.ranked) for one in report(lines=lines).people}
    assert ranks == {"E1": (1, 3), "E2": (1, 3), "E3": (3, 3), "E4": (None, None)}


def test_coefficients_are_no_figures() -> None:
    made = report()
    assert made.kpi_ids == ("follow_up_coverage", "satisfied_share")
    assert made.coefficient_ids == ("sqs",)


def test_what_is_not_known_is_shown_as_a_dash() -> None:
    assert shown(None) == symbol(None) == "–"
    assert (shown(Decimal("0.805")), shown(Decimal("97.990"), "100")) == ("80.5%", "97.99")


def test_decisions_are_counted_by_what_was_decided() -> None:
    made = report(proposals=[proposal("E1", "approve"), proposal("E2", None)])
    assert (made.decided("approve"), made.decided("reject"), made.decided(None)) == (1, 0, 1)


def test_people_are_ranked_over_all_their_stores_and_not_by_a_card_on_trial() -> None:
    def score(card: str, who: str, satisfied: int, answered: int, is_trial: bool = False) -> Row:
        return {
            "scorecard_id": card,
            "employee_no": who,
            "role": "SC",
            "kpi_id": "satisfied_share",
            "is_trial": is_trial,
            "value": Decimal(satisfied) / answered,
            "numerator": Decimal(satisfied),
            "denominator": Decimal(answered),
        }

    lines = [
        score("E1 here", "E1", 5, 5),
        score("E1 there", "E1", 3, 7),
        score("E2", "E2", 9, 10),
        score("E3", "E3", 4, 4),
        score("E4", "E4", 10, 10, is_trial=True),
    ]
    assert ranks_of(lines, 10) == {"E2": (1, 2), "E1 here": (2, 2), "E1 there": (2, 2)}


def of_post(role: str, figures: int, target: str | None) -> list[dict[str, object]]:
    """Lines of one person of a post with so many figures."""
    card = {"scorecard_id": f"2026-06.{role}.SK01.{role}1", "role": role}
    return [line(f"{role}1", f"k{number}", 9, 10, target, **card) for number in range(figures)]


def test_where_figures_are_many_posts_without_any_target_give_way_to_the_others() -> None:
    titles = {
        f"k{number}": {"zh": f"指标{number}", "en": f"Figure {number}"} for number in range(8)
    }
    few = report(lines=[*of_post("SC", 8, "0.9"), *of_post("SA", 2, None)], titles=titles)
    assert [row.role for row in few.main_kpi_rows].count("SA") == 2
    lines = [*of_post("SC", 8, "0.9"), *of_post("AC", 7, "0.9"), *of_post("SA", 2, None)]
    many = report(lines=lines, titles=titles)
    assert {row.role for row in many.main_kpi_rows} == {"SC", "AC"}
    assert {row.role for row in many.kpi_rows} == {"SC", "AC", "SA"}


def test_of_posts_without_any_target_all_are_shown() -> None:
    titles = {
        f"k{number}": {"zh": f"指标{number}", "en": f"Figure {number}"} for number in range(8)
    }
    lines = [line for role in ("SC", "AC", "SA") for line in of_post(role, 7, None)]
    assert len(report(lines=lines, titles=titles).main_kpi_rows) == 21


def test_people_of_a_post_with_a_satisfied_share_of_its_own_are_ranked_among_themselves() -> None:
    def served(number: int, satisfied: int, answered: int) -> dict[str, object]:
        card = {"scorecard_id": f"2026-06.SA.SK01.V{number}", "role": "SA"}
        return line(f"V{number}", "advisor_satisfied_share", satisfied, answered, None, **card)

    lines = [served(1, 8, 10), served(2, 10, 10), served(3, 9, 9)]
    made = report(lines=[line("E1", "satisfied_share", 19, 20), *lines])
    ranks = {one.employee_no: (one.rank, one.ranked) for one in made.people}
    assert ranks == {"E1": (1, 1), "V1": (2, 2), "V2": (1, 2), "V3": (None, None)}
    assert made.score_median("SA") == Decimal("0.9")
