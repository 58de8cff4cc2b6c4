"""The events that follow-ups come of, with what holds of each, and the words a follow-up may use.

Packs take these words (``rules.follow_ups`` reads them); whoever needs one has it here, for no more than a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Event = Literal[
    "delivery",
    "registration",
    "workshop_exit",
    "invoice",
    "last_visit",
    "first_service_due",
    "service_due",
    "policy_end",
    "lead_defeated",
    "birthday",
    "lunar_birthday",
    "festival",
    "campaign",
    "referral",
    "trouble_told",
]
Purpose = Literal["service", "safety", "commercial"]
Party = Literal["named", "owner"]

CONTACTS: Mapping[str, tuple[str, ...]] = {
    "delivery": ("customer",),
    "registration": ("customer",),
    "workshop_exit": ("deliverer", "owner"),
    "invoice": ("customer",),
    "last_visit": ("owner", "deliverer"),
    "first_service_due": ("owner",),
    "service_due": ("owner",),
    "policy_end": ("holder",),
    "lead_defeated": ("customer",),
    "birthday": ("customer",),
    "lunar_birthday": ("customer",),
    "festival": ("customer",),
    "campaign": ("owner",),
    "referral": ("owner",),
    "trouble_told": ("called",),
}
"""Whom a follow-up of an event may call. After a sale the customer is the owner, too; a trouble is of
whom the call was to in which it was told."""
ABOUT: Mapping[str, str] = {
    "delivery": "follow_up",
    "registration": "inspection",
    "workshop_exit": "follow_up",
    "invoice": "warranty",
    "last_visit": "campaign",
    "first_service_due": "service",
    "service_due": "service",
    "policy_end": "insurance",
    "lead_defeated": "campaign",
    "birthday": "greeting",
    "lunar_birthday": "greeting",
    "festival": "greeting",
    "campaign": "campaign",
    "referral": "greeting",
    "trouble_told": "follow_up",
}
"""What a customer who wants no more of something calls it, where a follow-up does not say."""
PARTY: Mapping[str, Party] = {
    "delivery": "named",
    "registration": "owner",
    "workshop_exit": "named",
    "invoice": "owner",
    "last_visit": "owner",
    "first_service_due": "owner",
    "service_due": "owner",
    "policy_end": "owner",
    "lead_defeated": "named",
    "birthday": "owner",
    "lunar_birthday": "owner",
    "festival": "owner",
    "campaign": "owner",
    "referral": "owner",
    "trouble_told": "named",
}
"""Whom a follow-up is about, where it does not say: whom the document names, such as the buyer,
whoever owns the vehicle by now; or the owner, and so nobody any more once that is another one."""
BIRTHDAYS = ("birthday", "lunar_birthday")
OF_PEOPLE = (*BIRTHDAYS, "festival", "campaign", "referral")
"""Occasions of a person, not of a document."""
OF_ABSENCE = ("last_visit",)
"""Events since which nothing happened: the follow-up is of the day on which it opens."""
NUMBERED = (*OF_PEOPLE, "trouble_told")
"""Events whose tasks are numbered by the day or the campaign, and by no ``occurrence:``."""
CAMPAIGNS = ("special_weather", "activity")
TOPICS = ("follow_up", "service", "inspection", "warranty", "insurance", "greeting", "campaign")
"""What a customer can want no more of, by name; a follow-up is about one of them."""
SALES = ("new", "used", "trade_in", "repurchase", "financed")
"""Kinds of sale."""
OF_SALES = ("delivery", "registration", "invoice")
"""Events whose document is always a sale."""
USAGES = ("private", "business", "taxi", "lease")
PARTIES: tuple[Party, ...] = get_args(Party)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ROLES = ("SC", "AC", "SUP", "RENEWAL")
CHANNELS = ("phone", "sms")
INTERNAL = "internal"
"""The channel of work inside the house, in which no customer is contacted."""
