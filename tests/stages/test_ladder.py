"""What stands on a step of the ladder that was overturned: withdrawn and proposed anew, or left and told."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from mail_server import MailServer
from scored_month import MONTH, TODAY, ScoredMonth
from sqlalchemy import Engine

from aftercare.errors import NotAllowed
from aftercare.protection import Keyring, new_keyring_json
from aftercare.stages.ladder import list_withdrawn, settle_ladder
from aftercare.stages.objections import answer_objection, raise_objection
from aftercare.stages.proposals import decide, list_proposals, propose
from aftercare.stages.publish import report_of
from aftercare.stages.scorecards import score_month
from aftercare.stages.told_overturned import tell_overturned

KEYS = Keyring.from_json(new_keyring_json())
DAY = date(2026, 7, 5)
APRIL, MAY, JULY = "2026-04", "2026-05", "2026-07"
LATER = date(2026, 8, 6)
WARNED = "2026-05.E1.oral_warning"
CRITICISED = "2026-06.E1.written_criticism"
NOTHING = {"withdrawn": 0, "proposed": 0}


@pytest.fixture
def month(warehouse: Engine) -> ScoredMonth:
    made = ScoredMonth(warehouse)
    made.store()
    made.person("E1")
    made.person("E2")
    made.role("hr.li", "hr")
    made.role("hr.wu", "hr")
    return made


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def scored(month: ScoredMonth, key: str, complaints: int = 1, today: date = TODAY) -> list[str]:
    """Scores a month in which complaints about E1 were upheld; the ids of what is proposed."""
    for _ in range(complaints):
        month.complaint("E1", on=date.fromisoformat(f"{key}-20"))
    score_month(month.engine, month.group, month.policy, key, today)
    propose(month.engine, month.group, month.policy, key)
    return proposed(month, key)


def proposed(month: ScoredMonth, key: str = MONTH) -> list[str]:
    return [row["proposal_id"] for row in list_proposals(month.engine, key)]


def decides(month: ScoredMonth, decision: Any, *keys: str) -> None:
    decide(month.engine, month.group, month.policy, keys, decision, "looked at", "hr.li", TODAY)


def approves(month: ScoredMonth, *keys: str) -> None:
    """Steps of a month are approved, and told when it is published in the next one."""
    decides(month, "approve", *keys)
    month.told(keys[0][:7])


def objects(month: ScoredMonth, key: str) -> int:
    asked = (month.engine, month.group, month.policy, key[:7], "E1", key, "it was not me")
    day = date(2026, int(key[5:7]) + 1, 6)
    return int(raise_objection(*asked, "hr.li", day)["objection"])


def overturns(month: ScoredMonth, key: str) -> int:
    """An objection to a step is upheld."""
    number = objects(month, key)
    answer_objection(month.engine, number, "uphold", "so it is", "hr.wu", TODAY)
    return number


def settles(month: ScoredMonth, key: str = "") -> dict[str, int]:
    return settle_ladder(month.engine, month.group, month.policy, key)


def others_are_decided(month: ScoredMonth) -> None:
    """June is scored with a warning of somebody else, which is approved: its figures stay from here on."""
    month.complaint("E2", on=date(2026, 6, 20))
    scored(month, MONTH)
    decides(month, "approve", "2026-06.E2.oral_warning")


@pytest.fixture
def repeated(month: ScoredMonth) -> ScoredMonth:
    """A warning of May that was approved, and June's criticism because of it, in a month that is decided on."""
    scored(month, MAY)
    approves(month, WARNED)
    others_are_decided(month)
    assert CRITICISED in proposed(month)
    return month


@pytest.mark.parametrize("how", ["objection", "rejection"])
def test_an_undecided_step_falls_with_the_one_behind_it_and_the_right_one_is_proposed(
    repeated: ScoredMonth, how: str
) -> None:
    if how == "objection":
        number = overturns(repeated, WARNED)
        why = ("异议 1 成立", f"objection {number} was upheld")
    else:
        repeated.takes_back(WARNED)
        why = ("决定已改为不同意", "its approval was taken back")
    assert settles(repeated) == {"withdrawn": 1, "proposed": 1}
    assert proposed(repeated) == ["2026-06.E1.oral_warning", "2026-06.E2.oral_warning"]
    (gone,) = list_withdrawn(repeated.engine, MONTH)
    assert (gone["proposal_id"], gone["overturned"]) == (CRITICISED, [WARNED])
    assert gone["instead"] == "2026-06.E1.oral_warning"
    chinese, english = gone["words"].split("\n")
    assert WARNED in chinese
    assert why[0] in chinese
    assert "改为建议：口头警告" in chinese
    assert why[1] in english
    assert "proposed instead: oral warning" in english


def test_the_step_that_is_proposed_anew_says_as_much_of_its_complaints_as_the_one_before(
    month: ScoredMonth,
) -> None:
    scored(month, MAY)
    approves(month, WARNED)
    scored(month, MONTH, complaints=0)
    month.told(MONTH)
    # Told when June was settled; and a fault of the product, which counts against nobody.
    month.complaint("E1", on=date(2026, 6, 28), closed_on=date(2026, 7, 3))
    month.complaint("E1", on=date(2026, 7, 10), cause="product")
    month.complaint("E2", on=date(2026, 7, 20))
    assert scored(month, JULY, complaints=0, today=LATER)[0] == "2026-07.E1.written_criticism"
    decides(month, "approve", "2026-07.E2.oral_warning")
    # What is told after the step was proposed is none of it.
    month.complaint("E1", on=date(2026, 7, 11), cause="product")
    overturns(month, WARNED)
    assert settles(month) == {"withdrawn": 1, "proposed": 1}
    step, _ = list_proposals(month.engine, JULY)
    assert step["step"] == "oral_warning"
    assert "其中 1 起属以前月份，该月定稿之后才得知认定成立" in step["reason"]
    assert "另有 1 起投诉因产品问题成立，不计入" in step["reason"]


def test_a_second_run_changes_nothing(repeated: ScoredMonth) -> None:
    overturns(repeated, WARNED)
    settles(repeated)
    before = (proposed(repeated), list_withdrawn(repeated.engine, MONTH))
    assert settles(repeated) == NOTHING
    counts = propose(repeated.engine, repeated.group, repeated.policy, MONTH)
    assert counts == {"proposals": 2, "proposals_changed": 0, "proposals_differ": 0}
    assert (proposed(repeated), list_withdrawn(repeated.engine, MONTH)) == before


def test_the_order_of_events_does_not_matter(month: ScoredMonth) -> None:
    scored(month, MAY)
    approves(month, WARNED)
    overturns(month, WARNED)
    others_are_decided(month)
    assert proposed(month) == ["2026-06.E1.oral_warning", "2026-06.E2.oral_warning"]
    assert settles(month) == NOTHING


def test_what_a_step_stands_on_besides_stays_as_it_was_proposed(repeated: ScoredMonth) -> None:
    (rows,) = [
        row["rows_behind"]
        for row in list_proposals(repeated.engine, MONTH)
        if row["proposal_id"] == CRITICISED
    ]
    # One that came to light after somebody decided on the month.
    repeated.complaint("E1", on=date(2026, 6, 21))
    overturns(repeated, WARNED)
    settles(repeated)
    instead = list_proposals(repeated.engine, MONTH)[0]
    assert instead["rows_behind"] == [row for row in rows if row[0] == "complaint"]


def test_nobody_is_proposed_for_more_because_a_step_was_overturned(month: ScoredMonth) -> None:
    (criticism,) = scored(month, APRIL, complaints=2)
    (first,) = scored(month, MAY)
    assert first == WARNED
    approves(month, WARNED)
    others_are_decided(month)
    # April's criticism was decided after June was scored.
    approves(month, criticism)
    overturns(month, WARNED)
    settles(month)
    assert proposed(month)[0] == "2026-06.E1.oral_warning"


def test_a_step_that_counts_again_brings_back_what_stood_on_it(repeated: ScoredMonth) -> None:
    repeated.takes_back(WARNED)
    settles(repeated)
    repeated.takes_back(WARNED, "approve")
    assert settles(repeated) == {"withdrawn": 0, "proposed": 1}
    assert proposed(repeated) == [CRITICISED, "2026-06.E2.oral_warning"]
    assert list_withdrawn(repeated.engine, MONTH) == []
    assert settles(repeated) == NOTHING


def test_an_objection_without_an_answer_withdraws_nothing_and_holds_up_the_approval(
    repeated: ScoredMonth,
) -> None:
    number = objects(repeated, WARNED)
    assert settles(repeated) == NOTHING
    with pytest.raises(NotAllowed, match=f"objection {number} to that is open: approve it after"):
        decides(repeated, "approve", CRITICISED)


def test_one_whose_step_behind_was_overturned_is_not_approved(repeated: ScoredMonth) -> None:
    overturns(repeated, WARNED)
    with pytest.raises(NotAllowed, match=f"{CRITICISED} stands on {WARNED}, which was overturned"):
        decides(repeated, "approve", CRITICISED)


def test_one_that_an_objection_lifted_is_not_proposed_lower(repeated: ScoredMonth) -> None:
    overturns(repeated, CRITICISED)
    overturns(repeated, WARNED)
    assert settles(repeated) == NOTHING
    assert CRITICISED in proposed(repeated)


def test_what_was_approved_stays_and_hr_sees_what_it_stands_on(repeated: ScoredMonth) -> None:
    decides(repeated, "approve", CRITICISED)
    overturns(repeated, WARNED)
    assert settles(repeated) == NOTHING
    kept = {row["proposal_id"]: row for row in list_proposals(repeated.engine, MONTH)}
    assert (kept[CRITICISED]["decision"], kept[CRITICISED]["overturned"]) == ("approve", [WARNED])
    report = report_of(repeated.engine, repeated.group, repeated.policy, MONTH)
    assert report.unfounded_proposals == {CRITICISED}
    decides(repeated, "reject", CRITICISED)
    assert not any(row["overturned"] for row in list_proposals(repeated.engine, MONTH))


def tell(month: ScoredMonth, server: MailServer) -> dict[str, int]:
    with server.mailer().many() as line:
        return tell_overturned(month.engine, KEYS, month.group, DAY, line)


def test_hr_is_told_once_of_what_was_approved_on_an_overturned_step(
    repeated: ScoredMonth, server: MailServer
) -> None:
    decides(repeated, "approve", CRITICISED)
    assert tell(repeated, server)["steps"] == 0
    number = overturns(repeated, WARNED)
    counts = tell(repeated, server)
    assert (counts["steps"], counts["sent"], counts["changed"]) == (1, 1, 1)
    (message,) = server.messages
    assert message["To"] == "hr@heyuan.example"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert f"{WARNED} 不再计入：异议 {number} 成立" in text
    assert f"aftercare proposals reject {CRITICISED}" in text
    assert "王" not in text
    assert tell(repeated, server)["changed"] == 0
    assert len(server.messages) == 1


def test_hr_is_not_told_of_what_is_undecided_or_was_overturned_itself(
    repeated: ScoredMonth, server: MailServer
) -> None:
    overturns(repeated, WARNED)
    assert tell(repeated, server)["steps"] == 0
    settles(repeated)
    assert tell(repeated, server)["steps"] == 0
    assert server.messages == []


def test_a_step_that_stands_on_an_overturned_one_is_objected_to_after_the_last_day(
    repeated: ScoredMonth,
) -> None:
    decides(repeated, "approve", CRITICISED)
    repeated.told(MONTH)
    late = date(2027, 6, 1)
    asked = (repeated.engine, repeated.group, repeated.policy, MONTH, "E1", CRITICISED)
    with pytest.raises(NotAllowed, match="the last day for objections was"):
        raise_objection(*asked, "it was not me", "hr.li", late)
    overturns(repeated, WARNED)
    number = raise_objection(*asked, "the warning is gone", "hr.li", late)["objection"]
    answer_objection(repeated.engine, number, "uphold", "so it is", "hr.wu", late)
    report = report_of(repeated.engine, repeated.group, repeated.policy, MONTH)
    assert report.lifted_proposals == {CRITICISED}
    assert not any(row["overturned"] for row in list_proposals(repeated.engine, MONTH))


def test_nothing_is_withdrawn_from_a_published_month(repeated: ScoredMonth) -> None:
    repeated.told(MONTH)
    overturns(repeated, WARNED)
    assert settles(repeated) == NOTHING
    assert CRITICISED in proposed(repeated)


@pytest.fixture
def points(month: ScoredMonth) -> tuple[str, str]:
    """A criticism of April and the points of May that were approved because of it."""
    (first,) = scored(month, APRIL, complaints=2)
    approves(month, first)
    (second,) = scored(month, MAY)
    assert second.endswith("points_less")
    approves(month, second)
    return first, second


def test_points_on_an_overturned_step_count_neither_as_points_nor_towards_hr(
    month: ScoredMonth, points: tuple[str, str]
) -> None:
    others_are_decided(month)
    assert f"{MONTH}.E1.hr_referral" in proposed(month)
    overturns(month, points[0])
    # The points fall with the criticism: neither is an earlier step any more.
    assert settles(month) == {"withdrawn": 2, "proposed": 1}
    assert proposed(month) == ["2026-06.E1.oral_warning", "2026-06.E2.oral_warning"]
    gone = {row["step"]: row["instead"] for row in list_withdrawn(month.engine, MONTH)}
    assert gone == {"points_less": "2026-06.E1.oral_warning", "hr_referral": None}
    assert settles(month) == NOTHING


def test_fewer_points_are_proposed_where_a_criticism_still_counts(
    month: ScoredMonth, points: tuple[str, str]
) -> None:
    others_are_decided(month)
    overturns(month, points[1])
    settles(month)
    step = list_proposals(month.engine, MONTH)[0]
    assert step["proposal_id"] == f"{MONTH}.E1.points_less"
    assert step["policy_line"].startswith("house/sanctions/points_first@")
    assert f"{MONTH}.E1.hr_referral" not in proposed(month)


def test_a_referral_falls_alone_where_the_step_itself_stands_on_what_counts(
    month: ScoredMonth,
) -> None:
    (first,) = scored(month, "2026-01")
    approves(month, first)
    (second,) = scored(month, APRIL)
    approves(month, second)
    step, referral = f"{MONTH}.E1.written_criticism", f"{MONTH}.E1.hr_referral"
    assert set(scored(month, MONTH)) == {step, referral}
    decides(month, "approve", step)
    overturns(month, first)
    assert settles(month) == {"withdrawn": 1, "proposed": 0}
    assert proposed(month) == [step]
    (kept,) = list_proposals(month.engine, MONTH)
    assert (kept["decision"], kept["overturned"]) == ("approve", [])


def test_an_approved_referral_is_told_with_its_step(
    month: ScoredMonth, points: tuple[str, str], server: MailServer
) -> None:
    others_are_decided(month)
    decides(month, "approve", f"{MONTH}.E1.points_less", f"{MONTH}.E1.hr_referral")
    overturns(month, points[0])
    assert settles(month) == NOTHING
    tell(month, server)
    body = server.messages[0].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    # Of May, which is published, only an objection can say so.
    assert f"aftercare objections raise {MAY} E1 {points[1]}" in text
    for key in (f"{MONTH}.E1.points_less", f"{MONTH}.E1.hr_referral"):
        assert f"aftercare proposals reject {key}" in text
