"""Words for a step of the ladder that is withdrawn, because an earlier one behind it was overturned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NAMES: Mapping[str, tuple[str, str]] = {
    "oral_warning": ("口头警告", "oral warning"),
    "written_criticism": ("书面批评", "written criticism"),
    "points_less": ("减少绩效分", "points less"),
    "hr_referral": ("转人力资源部了解情况", "for HR to look into"),
}
"""Steps as they are named within a sentence, which is kept. Documents of the month head a list with them and have
names of their own, in their templates: those may be worded anew, and say of points that they are no amount."""

Overturned = tuple[str, int | None, bool]
"""An overturned step's id, the upheld objection or None, and whether its own reason is gone; else its approval was
taken back."""


def withdrawal(step: str, overturned: Sequence[Overturned], instead: str | None) -> str:
    """Why a step is withdrawn and what is proposed ``instead``, in both languages, a line each."""
    chinese, english = NAMES[step]
    zh = "、".join(
        f"{key}（{_why(objection, is_lapsed)[0]}）" for key, objection, is_lapsed in overturned
    )
    en = ", ".join(
        f"{key} ({_why(objection, is_lapsed)[1]})" for key, objection, is_lapsed in overturned
    )
    if instead is None:
        following = "其余事实不足以提出本项。", "What remains gives no reason for it."
    else:
        name = NAMES[instead]
        following = (
            f"按其余事实改为建议：{name[0]}。",
            f"What remains is proposed instead: {name[1]}.",
        )
    return (
        f"“{chinese}”的建议已撤回：所依据的以前步骤已被推翻，不再计入：{zh}。{following[0]}\n"
        f"The proposal “{english}” is withdrawn: an earlier step that it stood on was overturned and "
        f"counts no more: {en}. {following[1]}"
    )


def _why(objection: int | None, is_lapsed: bool) -> tuple[str, str]:
    if objection is None and is_lapsed:
        return "其原因已不存在", "there is no reason for it any more"
    if objection is None:
        return "决定已改为不同意", "its approval was taken back"
    return f"异议 {objection} 成立", f"objection {objection} was upheld"
