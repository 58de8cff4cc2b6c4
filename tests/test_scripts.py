"""What specialists say: every script of every follow-up, in both languages."""

from datetime import date
from pathlib import Path

import pytest
from care_group import house_policy

from aftercare import scripts
from aftercare.errors import ConfigurationError
from aftercare.rules.due import FollowUp
from aftercare.rules.follow_ups import OWN_WORDS, follow_ups
from aftercare.rules.script_policy import call_scripts, scripts_of
from aftercare.scripts import (
    FOLDER,
    LANGUAGES,
    render_script,
    said_in_another,
    script_version,
    title_of,
)
from aftercare.settings import Language

FACTS = {
    "store_name": "和远长安城东店",
    "owner_name": "王芳",
    "customer_name": "李强",
    "model": "CS75",
    "plate": "粤A12345",
    "event_on": date(2026, 7, 1),
    "deadline_date": date(2026, 7, 4),
    "festival": "中秋节",
    "subject": "今夜到明天有暴雨",
}
NOTHING_KNOWN = FACTS | dict.fromkeys(("owner_name", "customer_name", "model", "plate"))
FOLLOW_UPS = [each for pack in house_policy().packs for each in follow_ups(house_policy(), pack)]
USED = sorted({script_id for each in FOLLOW_UPS for script_id, _ in scripts_of(each)})
INSIDE = sorted({each.script for each in FOLLOW_UPS if each.channel == "internal"})
CALLS = sorted({script_id for each in FOLLOW_UPS for script_id in call_scripts(each)})
MESSAGES = sorted(set(USED) - set(CALLS) - set(INSIDE))
ADVERTISING = sorted(
    {
        script_id
        for each in FOLLOW_UPS
        if each.purpose == "commercial"
        for script_id, _ in scripts_of(each)
    }
    & set(MESSAGES)
)
BY_PHONE = [each for each in FOLLOW_UPS if each.channel == "phone"]
LONGEST = {"zh": 70, "en": 160}
OFFERS = ("优惠", "折", "免费", "活动", "礼", "赠", "特价", "限时")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", USED)
@pytest.mark.parametrize("facts", [FACTS, NOTHING_KNOWN])
def test_every_script_can_be_said_whatever_is_known(
    script_id: str, language: Language, facts: dict[str, object]
) -> None:
    spoken = render_script(script_id, facts, language)
    assert title_of(script_id, language)
    assert "None" not in spoken
    assert "{" not in spoken
    assert FACTS["store_name"] in spoken


@pytest.mark.parametrize("script_id", CALLS)
def test_every_call_asks_who_is_there_and_whether_they_have_time(script_id: str) -> None:
    spoken = render_script(script_id, FACTS, "zh")
    parts = [
        "【问候与核对身份】",
        "【来意】",
        "【征得同意】",
        "【要问的】",
        "【结束】",
        "拒绝回访",
        "投诉",
    ]
    places = [spoken.index(part) for part in parts[:5]]
    assert places == sorted(places)
    assert all(part in spoken for part in parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", MESSAGES)
@pytest.mark.parametrize("facts", [FACTS, NOTHING_KNOWN])
def test_a_message_is_one_short_text_of_the_store_that_names_nobody(
    script_id: str, language: Language, facts: dict[str, object]
) -> None:
    written = render_script(script_id, facts, language)
    assert "\n" not in written
    assert len(written) <= LONGEST[language]
    assert "李强" not in written


@pytest.mark.parametrize("script_id", sorted(set(MESSAGES) - set(ADVERTISING)))
def test_a_message_about_service_offers_nothing(script_id: str) -> None:
    written = render_script(script_id, FACTS, "zh")
    assert [word for word in OFFERS if word in written] == []


@pytest.mark.parametrize("script_id", ADVERTISING)
def test_a_message_that_advertises_says_how_to_end_it(script_id: str) -> None:
    assert "拒收请回复" in render_script(script_id, FACTS, "zh")


@pytest.mark.parametrize("each", BY_PHONE, ids=lambda each: f"{each.pack} {each.stem}")
def test_a_message_in_place_of_a_call_says_what_the_call_is_about(each: FollowUp) -> None:
    """Each follow-up has words of its own; the house's, which know no subject, are for what others add."""
    assert each.ways.own_scripts == set(OWN_WORDS)
    for script_id in (each.ways.message_script, each.ways.missed_script):
        written = render_script(script_id, FACTS, "zh")
        assert "王芳" in written, "says whom to call back"


REMINDERS = {
    "service_reminder": "保养",
    "service_overdue": "保养",
    "service_last": "保养",
    "service_missed": "保养",
    "warranty_message": "质保",
    "warranty_missed": "质保",
    "inspection_reminder": "年检",
    "renewal_reminder": "车险",
    "renewal_quote": "车险",
    "renewal_again": "车险",
    "renewal_last": "车险",
    "renewal_missed": "车险",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("script_id", "subject"), REMINDERS.items())
def test_a_reminder_by_message_says_what_is_due_of_which_car_and_when(
    script_id: str, subject: str, language: Language
) -> None:
    written = render_script(script_id, FACTS | {"falls_on": date(2026, 7, 1)}, language)
    assert "粤A12345" in written
    assert ("7月" if language == "zh" else "July") in written.replace(" ", "")
    if language == "zh":
        assert subject in written


@pytest.mark.parametrize(
    "stems",
    [
        ("periodic_service", "periodic_service_second", "periodic_service_third"),
        ("renewal_message", "renewal_first_call", "renewal_second_call", "renewal_third_call"),
    ],
)
def test_who_is_reminded_again_by_message_is_not_written_the_same_words(
    stems: tuple[str, ...],
) -> None:
    scripts_said = [
        each.script if each.channel == "sms" else each.ways.message_script
        for each in FOLLOW_UPS
        if each.stem in stems
    ]
    texts = {render_script(script_id, FACTS, "zh") for script_id in scripts_said}
    assert len(texts) == len(stems)


@pytest.mark.parametrize("script_id", CALLS)
def test_no_call_asks_for_a_good_score(script_id: str) -> None:
    spoken = render_script(script_id, FACTS, "zh")
    assert [word for word in ("好评", "满分", "打高", "十分满意") if word in spoken] == []


CLASSED = [
    each for each in CALLS if "customer_class" in (FOLDER / f"{each}.zh.txt").read_text("utf-8")
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script_id", CLASSED)
def test_companies_and_vips_are_asked_more_and_else_the_same(
    script_id: str, language: Language
) -> None:
    general = render_script(script_id, FACTS | {"customer_class": "general"}, language)
    texts = {
        each: render_script(script_id, FACTS | {"customer_class": each}, language)
        for each in ("company", "vip")
    }
    assert len({general, *texts.values()}) == 3
    for text in texts.values():
        assert set(general.splitlines()) <= set(text.splitlines())


def test_every_call_that_asks_how_something_went_has_its_classes() -> None:
    without = {"defeated_lead", "delivery_interview", "referral_thanks", "activity_invitation"}
    assert set(CALLS) - set(CLASSED) <= without


@pytest.mark.parametrize("script_id", MESSAGES)
def test_a_message_is_the_same_for_every_class(script_id: str) -> None:
    texts = {
        render_script(script_id, FACTS | {"customer_class": each}, "zh")
        for each in ("general", "company", "vip")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("script_id", INSIDE)
def test_work_inside_the_house_tells_what_the_customer_said_and_calls_nobody(
    script_id: str,
) -> None:
    call = {"title": "维修离站三日内回访", "satisfaction": 3, "is_complaint": True}
    call |= {"is_fault_cleared": False, "words": ["等了三个小时"]}
    read = render_script(script_id, FACTS | {"told": [call]}, "zh")
    assert "维修离站三日内回访：满意度 3 分，提出投诉，故障未排除" in read
    assert "“等了三个小时”" in read
    assert "不是回访电话" in read
    assert "【问候与核对身份】" not in read
    unknown = call | {"satisfaction": None, "is_complaint": False, "is_fault_cleared": None}
    assert "维修离站三日内回访：没有打分\n" in render_script(
        script_id, FACTS | {"told": [unknown]}, "zh"
    )


def test_who_did_not_buy_is_not_spoken_to_as_an_owner() -> None:
    assert "车主" not in render_script("defeated_lead", NOTHING_KNOWN, "zh")


def test_after_a_repair_the_fault_and_the_next_service_are_asked_about() -> None:
    spoken = render_script("repair_call", FACTS, "zh")
    assert "彻底解决了吗" in spoken
    assert "下次保养" in spoken
    known = render_script("repair_call", FACTS | {"next_service_on": date(2027, 1, 5)}, "zh")
    assert "预计在 2027 年 1 月 5 日前后" in known


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "下次保养：2026 年 7 月 3 日起已到期。要不要先帮您约上？"),
        ("en", "Next service: it has been due since 2026-07-03. Shall I book it for you?"),
    ],
)
def test_after_a_repair_a_service_that_is_overdue_is_said_to_be(
    language: Language, said: str
) -> None:
    late = FACTS | {"due_date": date(2026, 7, 4), "next_service_on": date(2026, 7, 3)}
    assert said in render_script("repair_call", late, language)
    today = render_script("repair_call", late | {"due_date": date(2026, 7, 3)}, language)
    assert said not in today


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_service_nobody_is_asked_whether_a_fault_was_cleared(language: Language) -> None:
    service, repair, body = (
        render_script("repair_call", FACTS | {"last_visit": visit}, language)
        for visit in ("maintenance", "mechanical", "bodywork")
    )
    cleared = {"zh": "彻底解决了吗", "en": "solved completely"}[language]
    assert cleared in repair
    assert cleared not in service
    named = {"zh": ("做完保养离站", "做完钣金喷漆离站"), "en": ("its service", "after bodywork")}
    for text, visit in zip((service, body), named[language], strict=True):
        assert visit in text
        assert "维修保养" not in text


@pytest.mark.parametrize(("language", "day"), [("zh", "7月1日"), ("en", "1 July")])
def test_advice_on_driving_says_of_which_day_it_is(language: Language, day: str) -> None:
    assert day in render_script("special_weather", FACTS, language)


def test_every_script_file_has_its_other_language() -> None:
    names = {path.name.rsplit(".", 2)[0] for path in FOLDER.glob("*.txt")}
    assert names == {path.name.rsplit(".", 2)[0] for path in FOLDER.glob("*.en.txt")}
    assert set(USED) <= names


def test_another_word_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    versions = set()
    for words in ("你好", "您好"):
        (tmp_path / "x.zh.txt").write_text(f"{{# title: 甲 #}}\n{words}", encoding="utf-8")
        (tmp_path / "x.en.txt").write_text("{# title: A #}\nHello", encoding="utf-8")
        script_version.cache_clear()
        scripts._source.cache_clear()
        versions.add(script_version("x"))
    script_version.cache_clear()
    scripts._source.cache_clear()
    assert len(versions) == 2


def test_a_missing_script_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"scripts/nobody.zh.txt: there is no script"):
        title_of("nobody", "zh")


def test_a_missing_fact_is_named_and_no_other_fact_shown() -> None:
    facts = {name: value for name, value in FACTS.items() if name != "store_name"}
    with pytest.raises(ConfigurationError, match="'store_name' is undefined") as refused:
        render_script("first_call", facts, "zh")
    assert "李强" not in str(refused.value)


@pytest.mark.parametrize(
    ("language", "ends", "asks"),
    [
        ("zh", "以下只给您看，不发给客户", "写进这条短信"),
        ("en", "is not sent", "write these into it"),
    ],
)
def test_what_is_said_besides_is_told_apart_from_a_message(
    language: Language, ends: str, asks: str
) -> None:
    other = {
        "title": "保养到期",
        "store_name": "和远店",
        "model": "速派",
        "plate": "粤B54321",
        "deadline_date": date(2026, 10, 12),
        "words": ["到期前请来", "1. 现在跑了多少公里？"],
    }
    message = render_script("run_in", FACTS | {"also": [other], "is_message": True}, language)
    call = render_script("repair_call", FACTS | {"also": [other], "is_message": False}, language)
    assert ends in message
    assert asks in message
    assert ends not in call
    for text in (message, call):
        assert all(said in text for said in ("2026-10-12", "粤B54321", "  1. 现在跑了多少公里？"))


@pytest.mark.parametrize(("language", "end"), [("zh", "【结束】"), ("en", "[Closing]")])
@pytest.mark.parametrize("script_id", CALLS)
def test_what_else_a_call_tells_is_said_before_it_ends(
    script_id: str, language: Language, end: str
) -> None:
    other = {"title": "年检", "store_name": "和远店", "model": None, "plate": None}
    other |= {"deadline_date": date(2026, 10, 12), "words": []}
    spoken = render_script(script_id, FACTS | {"also": [other]}, language)
    assert spoken.count("2026-10-12") == 1
    assert spoken.index("2026-10-12") < spoken.index(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_another_s_call_a_task_s_reason_and_questions_are_said_and_no_greeting(
    language: Language,
) -> None:
    said = said_in_another("service_call", FACTS, language)
    whole = render_script("service_call", FACTS, language)
    assert said[0].startswith("粤A12345" if language == "zh" else "Going by time")
    assert [line[0] for line in said[1:]] == ["1", "2", "3", "4", "5"]
    assert all(line in whole for line in said)
    assert said_in_another("inspection_reminder", FACTS, language) == [
        render_script("inspection_reminder", FACTS, language)
    ]


def test_a_service_that_is_overdue_is_not_spoken_of_as_ahead() -> None:
    ahead = render_script("service_call", FACTS | {"due_date": date(2026, 6, 8)}, "zh")
    over = render_script("service_call", FACTS | {"due_date": date(2026, 7, 8)}, "zh")
    assert "下次保养在 2026 年 7 月 1 日前后。" in ahead
    assert "就到期了" in over
    assert "下次保养在" not in over


@pytest.mark.parametrize("script_id", ["inspection_reminder", "warranty_call"])
def test_a_reminder_tells_the_day_that_it_is_about(script_id: str) -> None:
    assert "2028 年 7 月" in render_script(script_id, FACTS | {"falls_on": date(2028, 7, 1)}, "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_to_be_won_back_gets_what_fits_the_last_visit(language: Language) -> None:
    facts = FACTS | {"due_date": date(2026, 7, 4)}
    kinds = (None, "maintenance", "mechanical", "bodywork", "tyre")
    texts = {render_script("win_back", facts | {"last_visit": kind}, language) for kind in kinds}
    assert len(texts) == len(kinds)
    days = (date(2026, 7, 1), date(2026, 8, 1), None)
    offers = {render_script("win_back", facts | {"next_service_on": day}, language) for day in days}
    assert len(offers) == len(days)


def test_another_word_in_a_part_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    (tmp_path / "parts").mkdir()
    versions = set()
    for words in ("再见", "回头见"):
        for language in LANGUAGES:
            inner = f'{{% include "parts/inner.{language}.txt" %}}'
            (tmp_path / f"x.{language}.txt").write_text(
                f'{{# title: 甲 #}}\n{{% include "parts/outer.{language}.txt" %}}', encoding="utf-8"
            )
            (tmp_path / "parts" / f"outer.{language}.txt").write_text(inner, encoding="utf-8")
            (tmp_path / "parts" / f"inner.{language}.txt").write_text(words, encoding="utf-8")
        for cached in (script_version, scripts._source):
            cached.cache_clear()
        versions.add(script_version("x"))
    for cached in (script_version, scripts._source):
        cached.cache_clear()
    assert len(versions) == 2
