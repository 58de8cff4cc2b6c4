"""What of a raw text tells of one person or car, wherever in the text it stands.

Raw texts are shown where they could not be read, and a wrong column may be mapped: then they hold
plates, VINs and phones. Spelled wrong they are still somebody's, so no check digit is asked for.
"""

from __future__ import annotations

import re

from aftercare.protection import mask

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_TELLING = (
    r"|(?<!\d)1[3-9]\d[\s-]\d{4}[\s-]\d{4}(?!\d)"
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
    # Numbers of orders have 17 characters too, and hardly three letters.
    r"|(?<![A-Za-z\d])(?=[Ll]|(?:\d*[A-Za-z]){3})[A-HJ-NPR-Za-hj-npr-z\d]{17}(?![A-Za-z\d])"
    rf"|[{_PROVINCES}]\s?[A-Za-z][\s·•.-]?[A-Za-z\d]{{4,5}}[A-Za-z\d挂学警港澳](?![A-Za-z\d])"
    r"|[^@\s]+@[^@\s]+\.[A-Za-z]+"
)
# What is masked may be too much; a number of an order that is called private has no name any more.
_TO_MASK = re.compile(r"1[3-9]\d{9}|\d{15,}[\dXx]" + _TELLING)
_PRIVATE = re.compile(
    r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{6}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?!\d)"
    + _TELLING
)
_HIDDEN = "***"
_LONGEST_CODE = 16
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def masked(text: str) -> str:
    """The text without what is somebody's: of that only the last characters are left."""
    return _TO_MASK.sub(lambda found: mask(found.group()), text)


def is_private(text: str) -> bool:
    """Whether something in a text is somebody's, or was and is masked."""
    return _HIDDEN in text or _PRIVATE.search(text) is not None


def is_long(text: str) -> bool:
    """Whether it is longer than codes are, and so somebody's words; a Chinese character counts as two."""
    return len(text) + len(_CHINESE.findall(text)) > _LONGEST_CODE
