"""Words for people that several rooms say, so that one thing has one name in all of them."""

from __future__ import annotations

from collections.abc import Mapping

from aftercare.rules.call_hours import CallHours, Stretches
from aftercare.settings import Language

Pair = tuple[str, str]
"""One text, in Chinese and in English."""

Words = Mapping[str, Pair]

YES_NO: Mapping[bool, Pair] = {True: ("是", "yes"), False: ("否", "no")}
FEEDS: Words = {
    "store": ("门店", "stores"),
    "employee": ("员工", "employees"),
    "sales_order": ("销售订单", "sales orders"),
    "repair_order": ("维修工单", "repair orders"),
    "call_result": ("回访结果", "call results"),
    "complaint": ("投诉", "complaints"),
    "contact_number": ("更正的号码", "corrected numbers"),
    "external_score": ("外部评分", "external scores"),
    "insurance_policy": ("保险单", "insurance policies"),
    "lead": ("销售线索", "leads"),
    "booking": ("预约", "bookings"),
    "consent": ("客户同意", "consents"),
    "preference": ("客户偏好", "preferences"),
    "referral": ("老客户推荐", "referrals"),
    "target": ("目标", "targets"),
    "rating": ("人工评分", "ratings"),
    "regional_rank": ("区域排名", "regional ranks"),
    "nomination": ("奖励提名", "nominations"),
}
OUTCOMES: Words = {
    "reached": ("已接通", "reached"),
    "no_answer": ("无人接听", "no answer"),
    "busy": ("占线", "busy"),
    "powered_off": ("关机或停机", "switched off"),
    "declined": ("不需要", "not needed"),
    "refused": ("拒绝回访", "refused"),
    "invalid_number": ("空号", "invalid number"),
    "wrong_person": ("非本人", "wrong person"),
    "already_called": ("已联系过", "already called"),
    "not_our_customer": ("非本店客户", "not our customer"),
    "message_sent": ("已发短信", "message sent"),
    "message_refused": ("短信发不出", "message refused"),
}
"""What became of a call or a message: the words of the drop-down ``outcome``, by code."""

ANSWERS = ("wrong_person", "already_called", "not_our_customer")
"""Outcomes that say that the task should not have been: they speak against its rule or its data."""

WISHES: Words = {
    "pause": ("暂停一切联系", "pause all contact"),
    "messages": ("只发短信", "messages only"),
    "stop_follow_up": ("不再：回访", "no more: follow-ups"),
    "stop_service": ("不再：保养提醒", "no more: service"),
    "stop_inspection": ("不再：年检提醒", "no more: inspection"),
    "stop_warranty": ("不再：质保提醒", "no more: warranty"),
    "stop_insurance": ("不再：保险", "no more: insurance"),
    "stop_greeting": ("不再：问候", "no more: greetings"),
    "stop_campaign": ("不再：活动", "no more: campaigns"),
}
"""What a customer asks for in a call: the words of the drop-down ``wish``, by code (S3-03)."""

VERDICTS: Words = {
    "pending": ("未认定", "not judged yet"),
    "upheld": ("属实", "upheld"),
    "rejected": ("不属实", "rejected"),
}
"""What became of a complaint."""

FESTIVALS: Words = {
    "new_year": ("元旦", "New Year's Day"),
    "eve": ("除夕", "New Year's Eve of the lunar year"),
    "spring_festival": ("春节", "Spring Festival"),
    "lantern": ("元宵节", "Lantern Festival"),
    "qingming": ("清明节", "Tomb-Sweeping Day"),
    "labour_day": ("劳动节", "Labour Day"),
    "dragon_boat": ("端午节", "Dragon Boat Festival"),
    "mid_autumn": ("中秋节", "Mid-Autumn Festival"),
    "double_ninth": ("重阳节", "Double Ninth Festival"),
    "national_day": ("国庆节", "National Day"),
    "other": ("其他假日", "other holiday"),
}
"""Festivals and holidays of the Chinese calendar; ``other`` are days off without a name."""

LOAD_COUNTS: Words = {
    "pulled": ("读取", "pulled"),
    "promoted": ("入库", "promoted"),
    "unchanged": ("未变", "unchanged"),
    "stale": ("旧版本", "stale"),
    "collapsed": ("重复", "collapsed"),
    "quarantined": ("隔离", "quarantined"),
}
LOAD_PARTS = tuple(LOAD_COUNTS)[1:]
"""What becomes of the rows that a load pulled: these counts add up to the first."""

LOAD_SUM: Pair = (
    "读取 = 入库 + 未变 + 旧版本 + 重复 + 隔离。",
    "Pulled = promoted + unchanged + stale + collapsed + quarantined.",
)
WAYS: Words = {
    "sent": ("已送达", "sent"),
    "held": ("搁置", "held"),
    "postponed": ("推迟", "postponed"),
    "missed": ("逾期未完成", "missed"),
    "rejected": ("被拒收", "rejected"),
    "waiting": ("等待发送", "waiting"),
    "queued": ("短信待发", "message to be sent"),
    "expired": ("过期未发", "too old to be sent"),
    "done": ("已完成", "done"),
    "withdrawn": ("已撤回", "withdrawn"),
}
"""What became of a task that was due."""


def say(pair: Pair, language: Language, **values: object) -> str:
    """One of two texts, filled in."""
    return (pair[0] if language == "zh" else pair[1]).format(**values)


def word(words: Words, key: str, language: Language, **values: object) -> str:
    """The text for a key, filled in; the key itself where nobody has words for it."""
    return say(words[key], language, **values) if key in words else key


CALL_HOURS: Words = {
    "every_day": ("{working}", "{working}"),
    "by_day": (
        "工作日 {working}，周末和节假日 {rest}",
        "{working} on working days, {rest} on weekends and holidays",
    ),
    "comma": ("、", ", "),
}
"""In which hours customers are called (S4-08)."""


def call_hours_text(hours: CallHours, language: Language) -> str:
    """The hours of a pack, in words: those of all days, or of working days and of days of rest."""
    text = CALL_HOURS["every_day" if hours.is_every_day else "by_day"]
    working, rest = (stretches_text(each, language) for each in (hours.working, hours.rest))
    return say(text, language, working=working, rest=rest)


def stretches_text(stretches: Stretches, language: Language) -> str:
    """Stretches of a day as people write them."""
    comma = say(CALL_HOURS["comma"], language)
    return comma.join(f"{each['from']:%H:%M}–{each['until']:%H:%M}" for each in stretches)
