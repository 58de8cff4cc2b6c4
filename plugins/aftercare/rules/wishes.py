"""What customers may ask for, about what, and who may say so (S3-03): the words of a wish that is entered."""

from __future__ import annotations

from aftercare.rules.events import TOPICS

KINDS = ("pause", "stop", "channel", "service_day", "do_not_call")
"""What may be asked for; ``do_not_call`` is a stop of all calls."""

ABOUT = ("all", *TOPICS)
"""What a wish may be about."""

DRIVER = "driver"
"""Who brings a car speaks for their own number alone, not for its owner."""

SPEAKERS = ("owner", DRIVER, "family", "other")
