"""Records as they leave the house, rendered from care and core at the time of sending.

The only place where contact data of a task is opened; what comes out goes to a target and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from aftercare.protection import Keyring
from aftercare.rules.call_hours import CallHours
from aftercare.rules.customer_class import CustomerClass
from aftercare.rules.events import INTERNAL
from aftercare.rules.festivals import festivals_on
from aftercare.rules.follow_up_facts import FollowUpFacts
from aftercare.scripts import render_script, said_in_another, title_of, topics
from aftercare.settings import Language
from aftercare.targets.protocol import Record
from aftercare.targets.wishes import DELIVERER
from aftercare.words import FESTIVALS, Pair, Words, call_hours_text, say, word

EVENTS: Words = {
    "sales_order": ("交车", "delivered"),
    "repair_order": ("维修出厂", "left the workshop"),
    "insurance_policy": ("保单到期", "policy ends"),
    "lead": ("战败", "did not buy"),
}
REPAIRS: Words = {
    "maintenance": ("保养", "maintenance"),
    "mechanical": ("机修", "mechanical"),
    "bodywork": ("钣喷", "bodywork"),
    "tyre": ("轮胎", "tyre"),
    "other": ("其他", "other"),
}
INSIDE: Pair = ("内部跟进，不打给客户", "work inside the house, do not call the customer")
BY_MESSAGE: Pair = ("请发短信，不打电话", "send a message by hand, do not call")
MERGED: Words = {
    "one": ("另并入 1 件", "1 more thing in it"),
    "many": ("另并入 {count} 件", "{count} more things in it"),
}
INSURANCE: Pair = ("保险", "insurance")
INSURANCES: Words = {
    "compulsory": ("交强险", "compulsory insurance"),
    "commercial": ("商业险", "commercial insurance"),
    "combined": ("交强险和商业险", "compulsory and commercial insurance"),
}
ABOUT: Words = {
    "delivery": ("交车", "delivered"),
    "workshop_exit": ("离店", "left the workshop"),
    "policy_end": ("到期", "ends"),
    "lead_defeated": ("战败", "did not buy"),
    "first_service_due": ("首保到期", "first service due"),
    "service_due": ("保养到期", "service due"),
    "registration": ("年检", "inspection"),
    "invoice": ("质保到期", "warranty ends"),
    "last_visit": ("上次进店", "last visit"),
}
"""What is on the day of an event."""
NUMBERS: Words = {
    "delivery": ("订单 {number}", "order {number}"),
    "workshop_exit": ("维修单 {number}", "repair order {number}"),
    "policy_end": ("保单 {number}", "policy {number}"),
    "lead_defeated": ("线索 {number}", "lead {number}"),
}
MORE_CARS: Pair = (" 等 {count} 台车", " and {more} more cars")
VIN_SHOWN = 6
NEXT_ATTEMPT: Pair = (
    "下次拨打：{day}{half}（第 {number} 个半天）",
    "call next on {day}{half} (half-day {number})",
)
"""Several calls of one half-day are one attempt, so this is not the number of calls beside it."""
HALVES: Words = {
    "morning": ("上午", " in the morning"),
    "afternoon": ("下午", " in the afternoon"),
}
SLOTS: Words = {
    "morning": ("客户希望上午联系", "the customer prefers the morning"),
    "afternoon": ("客户希望下午联系", "the customer prefers the afternoon"),
    "evening": ("客户希望晚上联系", "the customer prefers the evening"),
}
WITHDRAWN: Words = {
    "done": ("已完成回访", "it was done"),
    "missed": ("已过期限", "its time is over"),
    "held": ("联系方式不可用", "there is no usable number"),
    "postponed": ("已推迟", "it was postponed"),
    "withdrawn": ("单据已取消或冲销", "the order was cancelled or reversed"),
    "open": ("已改由其他渠道处理", "it is handled elsewhere"),
}
WITHDRAWN_BECAUSE: Words = {
    "came_again": ("客户已到店", "the customer came"),
    "sold_again": ("车辆已转售", "the vehicle was sold again"),
    "booked": ("客户已预约", "a visit is booked"),
    "renewed": ("已续保", "the policy was renewed"),
    "other_owner": ("车辆已归他人", "the vehicle has another owner"),
    "bought": ("客户已购车", "the customer bought a car"),
    "other_sale_type": ("不是新车", "the car was not sold as a new one"),
    "store_closed": ("门店已停业", "the store is closed"),
    "not_defeated": ("线索不再是战败", "the lead is not lost any more"),
    "below_odometer": ("里程更正后未达到", "the odometer was put right and read less"),
    "read_before": ("以前进站时里程已达到", "an earlier visit read as much"),
    "below_cost": ("维修费用更正后未达到", "the repair's cost was put right and was less"),
    "other_usage": ("车辆用途不在此列", "the car is used otherwise"),
    "asked_lately": ("近期已问过同一件事", "the same was asked lately"),
    "called_before": ("原结算单已回访", "called already about the settlement that it replaces"),
    "rule_off": ("规则已停用", "the rule was switched off"),
    "stopped": ("客户要求不再联系此事", "the customer wants no more of this"),
    "do_not_call": ("客户要求勿扰", "the customer asked not to be called"),
    "no_consent": ("没有营销同意", "there is no consent to commercial contact"),
    "consent_refused": ("客户不同意联系", "the customer refused contact"),
    "unreachable": ("多次联系不上", "nobody answers the number"),
    "wrong_number": ("号码有误", "the number is wrong"),
    "said_no": ("客户已表示不需要", "the customer wants none of it"),
    "message_sent": ("短信已发", "the message was sent"),
    "paused": ("客户要求暂停", "the customer asked for a pause"),
    "contact_budget": ("当天先联系另一件事", "another contact goes first that day"),
    "not_yet": ("日期后移", "its day was moved"),
    "shadow": ("门店尚未上线", "the store is not live yet"),
    "said_otherwise": ("由另一任务告知", "another task says it"),
    "other_birthday": ("生日有更正", "the birthday was put right"),
    "campaign_stopped": ("活动已停止", "the campaign was stopped"),
    "referral_ended": ("推荐的客户未提车", "the buyer whom they sent has no car"),
    "answer_corrected": ("客户的回答有更正", "what the customer said was put right"),
}
"""More exact than the status, where that would say something else."""


@dataclass(frozen=True)
class House:
    """What records need beside the warehouse: keys, language, what policy says of follow-ups, whether
    a task's customer is offered that the car is fetched, how many of the same follow-ups are named in one
    call, and in which hours a pack's customers are called."""

    keyring: Keyring
    language: Language
    follow_ups: FollowUpFacts
    has_pick_up: Callable[[Mapping[str, Any]], bool]
    most_named: Callable[[Mapping[str, Any]], int]
    call_hours: Callable[[str], CallHours]


def contact_key(row: RowMapping) -> str:
    """Key of the contact that a task or complaint stands on: store and vehicle, or lead."""
    return f"{row['store_code']}.{row['vin'] or row['document_no']}"


def last_event(row: RowMapping, language: Language) -> str:
    """What happened last and when: the vehicle's last visit to any store where there is one after what the
    task is about, else that; of a visit with the kind of repair. The end of a policy is to come: it is told
    only of a vehicle that never came."""
    document = (row["document_kind"], row["happened_on"], row["repair_type"])
    visit = ("repair_order", row["visited_on"], row["visited_for"])
    kind, day, repair_type = visit if row["visited_on"] else document
    text = say(EVENTS[kind], language)
    repair = REPAIRS.get(repair_type or "")
    if repair:
        what = say(repair, language)
        text += f"（{what}）" if language == "zh" else f" ({what})"
    return " ".join(str(part) for part in (day, text) if part)


def how(row: RowMapping, language: Language) -> str:
    """How the customer is to be contacted, where that is not simply by phone; else empty."""
    by = {"sms": BY_MESSAGE, INTERNAL: INSIDE}.get(row["channel"])
    wanted = [say(by, language)] if by else []
    if row["next_attempt_on"]:
        half = HALVES.get(row["next_attempt_half"] or "", ("", ""))
        number, day = row["tries"] + 1, f"{row['next_attempt_on']:%m-%d}"
        wanted.append(say(NEXT_ATTEMPT, language, number=number, day=day, half=say(half, language)))
    slot = SLOTS.get(row["preferred_slot"] or "")
    wanted += [say(slot, language)] if slot else []
    return ("；" if language == "zh" else "; ").join(wanted)


def merged(row: RowMapping, language: Language) -> str:
    """How many other tasks are said in the same call or message; else empty."""
    count = len(row["also"] or ())
    return say(MERGED["one" if count == 1 else "many"], language, count=count) if count else ""


def contact_record(row: RowMapping, version: int, crm_id: str | None, keyring: Keyring) -> Record:
    """The customer with the vehicle in question."""
    return Record(
        entity="contact",
        key=contact_key(row),
        version=version,
        crm_id=crm_id,
        fields={
            "name": opened(row["name_cipher"], keyring),
            "phone": _phone(row, keyring),
            "store_code": row["store_code"],
            "plate": opened(row["plate_cipher"], keyring),
            "vin": row["vin"],
            "model": row["model"],
        },
    )


def task_record(
    row: RowMapping,
    crm_id: str | None,
    house: House,
    customer_class: CustomerClass,
) -> Record:
    """One call to make, with what the caller needs to know and to say."""
    keyring, language = house.keyring, house.language
    name = house.follow_ups.title(row["pack"], row["policy_line"], language)
    title = name or title_of(row["script_id"], language)
    facts: dict[str, object] = {
        "store_code": row["store_code"],
        "store_name": row["store_name"],
        "rule_id": row["rule_id"],
        "title": title,
        "due_date": row["due_on"],
        "deadline_date": row["deadline_on"],
        "customer_name": opened(row["name_cipher"], keyring),
        "customer_phone": _phone(row, keyring),
        "plate": opened(row["plate_cipher"], keyring),
        "vin": row["vin"],
        "model": row["model"],
        "last_event": last_event(row, language),
        "last_visit": row["repair_type"],
        "event_on": row["event_on"],
        "falls_on": _falls_on(row, row["event_on"], house),
        "owner_no": row["owner_no"],
        "owner_name": row["owner_name"],
        "customer_class": customer_class,
        "is_company": row["is_named_company"],
        **_occasion(row, language),
        "next_service_on": row["next_service_on"],
        "has_pick_up": house.has_pick_up(dict(row)),
        "is_message": row["channel"] == "sms",
        "also": _all_besides(row, house),
        **_the_same(row, house),
        "told": [_told(each, keyring, language) for each in row["told"] or ()],
    }
    script = render_script(row["script_id"], facts, language)
    only_for_the_script = {
        "store_name", "event_on", "owner_name", "customer_class", "is_company", "festival",
        "subject", "next_service_on", "has_pick_up", "is_message", "also", "told",
        "last_visit", "falls_on", "same", "same_more",
    }  # fmt: skip
    own = {name: value for name, value in facts.items() if name not in only_for_the_script}
    return Record(
        entity="task",
        key=row["task_key"],
        version=row["version"],
        crm_id=crm_id,
        fields={
            **own,
            "why": " · ".join(
                part for part in (title, how(row, language), merged(row, language)) if part
            ),
            "script": script,
            "priority": row["priority"],
            "channel": row["channel"],
            "next_attempt_on": row["next_attempt_on"],
            "call_hours": _call_hours(row, house),
            "contact_key": contact_key(row),
        },
    )


def message_record(row: RowMapping, house: House) -> Record:
    """One message: to whom, in which words, and what a gateway's own template may ask for."""
    keyring, language = house.keyring, house.language
    facts: dict[str, object] = {
        "store_name": row["store_name"],
        "customer_name": opened(row["name_cipher"], keyring),
        "plate": _plates(row, house),
        "model": row["model"],
        "event_on": row["event_on"],
        "falls_on": _falls_on(row, row["event_on"], house),
        "due_date": row["due_on"],
        "deadline_date": row["deadline_on"],
        "owner_name": row["owner_name"],
        **_occasion(row, language),
        "has_pick_up": house.has_pick_up(dict(row)),
    }
    return Record(
        entity="task",
        key=row["task_key"],
        version=row["version"],
        fields={
            "customer_phone": opened(row["phone_cipher"], keyring),
            "text": render_script(row["script_id"], facts, language),
            "script_id": row["script_id"],
            "store_code": row["store_code"],
            **{name: facts[name] for name in ("store_name", "plate", "model", "event_on")},
        },
    )


def list_record(row: RowMapping, house: House, customer_class: CustomerClass) -> Record:
    """A task as a whole list shows it: with the store, the owner's name, the number
    that its document gives, and the calls so far."""
    task = task_record(row, None, house, customer_class)
    last_on: date | None = row["last_attempt_on"]
    return Record(
        entity="task",
        key=task.key,
        version=task.version,
        fields={
            **task.fields,
            "store_name": row["store_name"],
            "owner_name": row["owner_name"],
            "document_phone": opened(row["document_phone_cipher"], house.keyring),
            "wish_vin": None if row["contact_kind"] == DELIVERER else row["vin"],
            "attempts": row["attempts"],
            "last_attempt_no": row["last_attempt_no"],
            "last_attempt_on": last_on,
            "last_outcome": row["last_outcome"],
        },
    )


def withdrawal_reason(row: RowMapping, language: Language) -> str:
    """Why a task leaves the list, for the people who work on the list."""
    exact = WITHDRAWN_BECAUSE.get(row["status_reason"] or "")
    return say(exact or WITHDRAWN[row["status"]], language)


def _call_hours(row: RowMapping, house: House) -> str | None:
    """In which hours the customer is called; None of what is no call."""
    if row["channel"] != "phone":
        return None
    return call_hours_text(house.call_hours(row["pack"]), house.language)


def _falls_on(task: Mapping[str, Any] | RowMapping, event_on: date, house: House) -> date | None:
    """The day that a reminder is about; of greetings and campaigns, which go by a name, none."""
    number = str(task["occurrence"])
    if not number.isdigit():
        return None
    return house.follow_ups.falls_on(task["policy_line"], event_on, int(number))


def _all_besides(row: RowMapping, house: House) -> list[dict[str, object]]:
    """What else the person of a task is to be told; of one car nothing is asked twice."""
    asked = {row["vin"]: topics(row["script_id"], house.language)}
    found = []
    for other in row["also"] or ():
        if other["is_same"]:
            continue
        of_car = asked.setdefault(other["vin"], set()) if other["vin"] else set()
        found.append(_besides(other, row, house, frozenset(of_car)))
        of_car |= topics(other["script_id"], house.language)
    return found


def _the_same(row: RowMapping, house: House) -> dict[str, object]:
    """What the same follow-up is about beside this task: so many as policy names, and how many more."""
    others = [other for other in row["also"] or () if other["is_same"]]
    most = house.most_named(dict(row))
    named = [_one_of_the_same(other, house) for other in others[:most]]
    return {"same": named, "same_more": len(others) - len(named)}


def _one_of_the_same(other: Mapping[str, Any], house: House) -> str:
    """One line: which car, what happened or ends on which day, and the number of an order."""
    keyring, language = house.keyring, house.language
    event_on = date.fromisoformat(other["event_on"])
    day = _falls_on(other, event_on, house) or event_on
    plate = other["plate"] and opened(bytes.fromhex(other["plate"]), keyring)
    is_policy = other["document_kind"] == "insurance_policy"
    what = INSURANCES.get(other["policy_kind"] or "", INSURANCE) if is_policy else None
    repair = REPAIRS.get(other["repair_type"] or "") if other["event"] == "workshop_exit" else None
    number = NUMBERS.get(other["event"])
    parts = [
        plate or other["model"] or (other["vin"] and f"VIN …{other['vin'][-VIN_SHOWN:]}"),
        say(what, language) if what else None,
        say(repair, language) if repair else None,
        f"{say(ABOUT[other['event']], language)} {day}" if other["event"] in ABOUT else None,
        say(number, language, number=other["document_no"]) if number else None,
    ]
    return ("，" if language == "zh" else ", ").join(str(part) for part in parts if part)


def _plates(row: RowMapping, house: House) -> str | None:
    """The plate in a message's words, and those of the same follow-up of the same day: its words fit all."""
    own = opened(row["plate_cipher"], house.keyring)
    if own is None:
        return None
    plates = [own]
    for other in row["also"] or ():
        is_alike = other["is_same"] and other["event_on"] == row["event_on"].isoformat()
        plate = other["plate"] and opened(bytes.fromhex(other["plate"]), house.keyring)
        if is_alike and plate and plate not in plates:
            plates.append(plate)
    most = house.most_named(dict(row))
    named, more = plates[:most], len(plates[most:])
    text = ("、" if house.language == "zh" else ", ").join(named)
    return text + say(MORE_CARS, house.language, count=len(plates), more=more) if more else text


def _besides(
    other: Mapping[str, Any], row: RowMapping, house: House, asked: frozenset[str]
) -> dict[str, object]:
    """What else the person of a task is to be told: what, of which car, until when, in which words."""
    keyring, language = house.keyring, house.language
    days = ("event_on", "open_on", "due_on", "deadline_on")
    task = {**other, **{name: date.fromisoformat(other[name]) for name in days}}
    title = house.follow_ups.title(task["pack"], task["policy_line"], language)
    known = {
        "title": title or title_of(task["script_id"], language),
        "store_name": task["store_name"],
        "model": task["model"],
        "plate": task["plate"] and opened(bytes.fromhex(task["plate"]), keyring),
        "deadline_date": task["deadline_on"],
    }
    facts = {
        **known,
        "owner_name": row["owner_name"],
        "customer_name": opened(row["name_cipher"], keyring),
        "event_on": task["event_on"],
        "falls_on": _falls_on(task, task["event_on"], house),
        "due_date": task["due_on"],
        **_occasion(task, language),
        "has_pick_up": house.has_pick_up(task),
        "is_message": task["channel"] == "sms",
        "asked": asked,
    }
    return {**known, "words": said_in_another(task["script_id"], facts, language)}


def _occasion(row: Mapping[str, Any] | RowMapping, language: Language) -> dict[str, str | None]:
    """On which festival a greeting is, and what a campaign is about."""
    names = festivals_on(row["event_on"]) if row["event"] == "festival" else ()
    return {
        "festival": word(FESTIVALS, names[0], language) if names else None,
        "subject": row["campaign_subject"],
    }


def _phone(row: RowMapping, keyring: Keyring) -> str | None:
    """The number to call; of work inside the house none, for nobody is to be called."""
    is_inside = row.get("channel") == INTERNAL
    return None if is_inside else opened(row["phone_cipher"], keyring)


def _told(call: Mapping[str, Any], keyring: Keyring, language: Language) -> dict[str, object]:
    """What a customer said in a call: marks and flags, and the words that were written down."""
    ciphers = [call[name] and bytes.fromhex(call[name]) for name in ("remark", "description")]
    return {
        "title": title_of(call["script_id"], language),
        **{name: call[name] for name in ("satisfaction", "is_complaint", "is_fault_cleared")},
        "words": [words for cipher in ciphers if (words := opened(cipher, keyring))],
    }


def opened(cipher: bytes | None, keyring: Keyring) -> str | None:
    """Contact data in clear, on its way out."""
    return keyring.decrypt(bytes(cipher)) if cipher is not None else None
