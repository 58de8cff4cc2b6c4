"""The KPI by which the ladder of sanctions, or the rewards, go on a day."""

from __future__ import annotations

from datetime import date

from aftercare.errors import PolicyError
from aftercare.rules.kpis import FOLDER
from aftercare.rules.policy import HOUSE, Policy

SCORE = "score"


def proposal_kpi(policy: Policy, item: str, day: date) -> str | None:
    """The name of the KPI; None from a dated null on: then nothing is proposed by what people answer.

    ``item`` is that of the sanctions or of the rewards of the house. Raises PolicyError for a score
    without a date, one that is not in force, and one that names no KPI of any pack.
    """
    file = policy.file_of(HOUSE, item)
    if SCORE in policy.attributes(HOUSE, item):
        raise PolicyError(
            "is undated: give it `values:` with a date and a value on each line",
            file=file,
            key=SCORE,
        )
    line = policy.value(HOUSE, item, SCORE, day, f"the proposals of {item}")
    if line.value is None:
        return None
    if not any(FOLDER + str(line.value) in policy.items(pack, FOLDER) for pack in policy.packs):
        raise PolicyError(
            f"no pack has a KPI {line.value!r}: write the name of one, or null to propose nothing "
            "by what people answer",
            file=line.file,
            line=line.file_line,
            key=SCORE,
        )
    return str(line.value)
