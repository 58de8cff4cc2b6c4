"""What nights would do to the tasks, counted and in words; and how two policies differ in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from aftercare.reports.morning_words import REASONS
from aftercare.reports.scorecard_words import Words
from aftercare.reports.text_table import table_lines
from aftercare.rules.call_hours import Stretches
from aftercare.rules.titles import Titles, stem_of, title_of
from aftercare.words import stretches_text, word

FINISHED_OR_HELD = ("held", "postponed", "missed", "done", "withdrawn")
KINDS = ("made", "reopened", "to_call", *FINISHED_OR_HELD, "moved", "updated")
MOST_SHOWN = 200
"""Tasks of a comparison that are shown of each kind; --list and --json have them all."""


@dataclass(frozen=True)
class PlannedTask:
    """A task as a night leaves it; whom it is about, only by the end of the VIN."""

    task_key: str
    store_code: str
    pack: str
    rule_id: str
    occurrence: int
    vin_masked: str
    event_on: date
    open_on: date
    due_on: date
    deadline_on: date
    expires_on: date
    contact_kind: str
    owner_role: str
    owner_no: str | None
    channel: str
    script_id: str
    priority: int
    status: str
    status_reason: str | None
    late_reason: str | None
    policy_line: str

    def differences(self, other: PlannedTask) -> dict[str, tuple[Any, Any]]:
        """What somebody who works on the task would notice; another policy line alone is nothing."""
        return {
            field.name: (getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)
            if field.name != "policy_line"
            and getattr(self, field.name) != getattr(other, field.name)
        }


@dataclass(frozen=True)
class Change:
    """What a night does to a task: ``was`` before, None where the night makes it."""

    task: PlannedTask
    was: PlannedTask | None
    is_moved: bool
    is_listed: bool

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is counted as; a task that is made may be held at once."""
        old = self.was.status if self.was else None
        new = self.task.status
        found = {
            "made": self.was is None,
            "reopened": self.was is not None and self.is_listed,
            "to_call": self.is_listed and new == "open",
            "moved": self.is_moved,
            **{status: new == status != old for status in FINISHED_OR_HELD},
        }
        return tuple(kind for kind in KINDS if found.get(kind)) or ("updated",)


@dataclass(frozen=True)
class PlannedNight:
    """A rehearsed night; ``judged_as_of`` is the newest night that is known then, ``provisional_years``
    those of its dates whose holidays were not announced; ``call_hours`` by pack, those of its work day."""

    day: date
    judged_as_of: date
    changes: Sequence[Change]
    provisional_years: Sequence[int] = ()
    call_hours: Mapping[str, Stretches] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[str]:
        """Tasks by kind."""
        return Counter(kind for change in self.changes for kind in change.kinds)

    def by_rule(self) -> Mapping[tuple[str, str, str, int, str], Sequence[Change]]:
        """Changes by store, pack, rule, occurrence and the follow-up's stem."""
        found: dict[tuple[str, str, str, int, str], list[Change]] = {}
        for change in self.changes:
            task = change.task
            stem = stem_of(task.policy_line)
            key = (task.store_code, task.pack, task.rule_id, task.occurrence, stem)
            found.setdefault(key, []).append(change)
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Provisional:
    """Years whose holidays are not announced, and the first of the nights whose dates lie in them."""

    from_night: date
    years: Sequence[int]

    def line(self, say: Words) -> str:
        """It in words."""
        years = say("comma").join(str(year) for year in self.years)
        return say("provisional", years=years, day=self.from_night)


@dataclass(frozen=True)
class Plan:
    """Nights that were rehearsed with a policy, one after the other."""

    policy_digest: str
    nights: Sequence[PlannedNight]

    def after(self) -> dict[str, PlannedTask]:
        """The changed tasks as the last night leaves them."""
        return {change.task.task_key: change.task for _, change in self._all()}

    def before(self) -> dict[str, PlannedTask]:
        """The changed tasks as they stand now; those that nights made are not there."""
        found: dict[str, PlannedTask | None] = {}
        for _, change in self._all():
            found.setdefault(change.task.task_key, change.was)
        return {key: task for key, task in found.items() if task is not None}

    def provisional(self) -> Provisional | None:
        """Which years are provisional, and from which night on; None where all are announced."""
        nights = [night for night in self.nights if night.provisional_years]
        if not nights:
            return None
        years = {year for night in nights for year in night.provisional_years}
        return Provisional(nights[0].day, sorted(years))

    def _all(self) -> Iterator[tuple[date, Change]]:
        for night in self.nights:
            for change in night.changes:
                yield night.day, change

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "policy": self.policy_digest,
            "nights": [
                {
                    "day": night.day,
                    "work_day": night.day + timedelta(days=1),
                    "judged_as_of": night.judged_as_of,
                    "provisional_years": night.provisional_years,
                    "call_hours": {
                        pack: stretches_text(hours, "en")
                        for pack, hours in night.call_hours.items()
                    },
                    "counts": _full(night.counts),
                    "rules": [
                        {
                            **dict(
                                zip(
                                    ("store_code", "pack", "rule_id", "occurrence", "follow_up"),
                                    key,
                                    strict=True,
                                )
                            ),
                            "counts": _full(_counted(changes)),
                            "reasons": {kind: dict(why) for kind, why in _reasons(changes).items()},
                        }
                        for key, changes in night.by_rule().items()
                    ],
                }
                for night in self.nights
            ],
            "tasks": [
                {
                    "night": day,
                    "changes": change.kinds,
                    **asdict(change.task),
                    "was": asdict(change.was) if change.was else None,
                }
                for day, change in self._all()
            ],
        }


@dataclass(frozen=True)
class Comparison:
    """What two policies make of the same nights: their tasks where they differ."""

    policy_digest: str
    against_digest: str
    last_night: date
    only_here: Sequence[PlannedTask]
    only_there: Sequence[PlannedTask]
    differing: Sequence[tuple[PlannedTask, PlannedTask]]
    provisional: Provisional | None = None

    @classmethod
    def of(cls, here: Plan, there: Plan) -> Comparison:
        """Compares what stands after the nights; what neither changed is the same."""
        now = here.before() | there.before()
        ours, theirs = now | here.after(), now | there.after()
        both = [(ours[key], theirs[key]) for key in ours if key in theirs]
        return cls(
            here.policy_digest,
            there.policy_digest,
            here.nights[-1].day,
            _sorted(task for key, task in ours.items() if key not in theirs),
            _sorted(task for key, task in theirs.items() if key not in ours),
            sorted(
                ((one, other) for one, other in both if one.differences(other)),
                key=lambda pair: _order(pair[0]),
            ),
            here.provisional() or there.provisional(),
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks stand on one side only, and how many differ."""
        return {
            "only_here": len(self.only_here),
            "only_there": len(self.only_there),
            "differing": len(self.differing),
        }

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "policy": self.policy_digest,
            "against": self.against_digest,
            "provisional_years": self.provisional.years if self.provisional else [],
            "counts": self.counts,
            "only_here": [asdict(task) for task in self.only_here],
            "only_there": [asdict(task) for task in self.only_there],
            "differing": [
                {"task_key": one.task_key, "differences": one.differences(other)}
                for one, other in self.differing
            ],
        }


def plan_lines(plan: Plan, titles: Titles, say: Words, is_listed: bool) -> Iterator[str]:
    """Night by night, store by store and rule by rule; with the tasks where they are asked for."""
    for night in plan.nights:
        yield say(
            "night",
            day=night.day,
            work_day=night.day + timedelta(days=1),
            policy=plan.policy_digest[:12],
        )
        if night.judged_as_of > night.day:
            yield "  " + say("horizon", day=night.judged_as_of)
        if not night.changes:
            yield "  " + say("no_change")
        store = None
        for (store_code, pack, rule_id, occurrence, stem), changes in night.by_rule().items():
            if store_code != store:
                hours = night.call_hours.get(pack)
                when = say("calls", hours=stretches_text(hours, say.language)) if hours else ""
                yield f"  {store_code}{when}"
                store = store_code
            title = title_of(titles, pack, stem, rule_id, occurrence, say.language)
            yield "    " + say("of", what=title, text=_summary(changes, say))
        if is_listed and night.changes:
            yield from _list(night, say)
    if len(plan.nights) > 1:
        everything = [change for night in plan.nights for change in night.changes]
        text = _summary(everything, say) if everything else say("no_change")
        yield say("of", what=say("total", nights=len(plan.nights)), text=text)
    provisional = plan.provisional()
    if provisional:
        yield provisional.line(say)
    yield say("nothing_written")


def comparison_lines(
    found: Comparison, titles: Titles, say: Words, is_listed: bool = False
) -> Iterator[str]:
    """What stands on one side only and what differs, the counts first; all of it where ``is_listed``."""
    most = None if is_listed else MOST_SHOWN
    policies = {"here": found.policy_digest[:12], "there": found.against_digest[:12]}
    yield say("compared", **policies)
    if not any(found.counts.values()):
        yield say("no_difference", last=found.last_night)
    for name, tasks in (("only_here", found.only_here), ("only_there", found.only_there)):
        if tasks:
            yield say(name, count=len(tasks), **policies)
            rows = [_cells(task, say) for task in tasks[:most]]
            yield from table_lines(_heads(say), rows)
            yield from _more(len(tasks), most, say)
    if found.differing:
        yield say("differing", count=len(found.differing), **policies)
        for one, other in found.differing[:most]:
            parts = [
                say("from_to", field=say(f"field_{name}"), one=_text(a, say), other=_text(b, say))
                for name, (a, b) in one.differences(other).items()
            ]
            title = title_of(
                titles,
                one.pack,
                stem_of(one.policy_line),
                one.rule_id,
                one.occurrence,
                say.language,
            )
            what = say("because", text=one.task_key, why=title)
            yield "  " + say("of", what=what, text=say("comma").join(parts))
        yield from _more(len(found.differing), most, say)
    if found.provisional:
        yield found.provisional.line(say)
    yield say("nothing_written")


def _full(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: counts.get(kind, 0) for kind in KINDS}


def _counted(changes: Sequence[Change]) -> Counter[str]:
    return Counter(kind for change in changes for kind in change.kinds)


def _reasons(changes: Sequence[Change]) -> dict[str, Counter[str]]:
    """Why tasks became what they are, by kind; a call without an owner has a reason, too."""
    found: dict[str, Counter[str]] = {}
    for change in changes:
        if change.task.status_reason is None:
            continue
        for kind in change.kinds:
            if kind in (*FINISHED_OR_HELD, "to_call"):
                found.setdefault(kind, Counter())[change.task.status_reason] += 1
    return found


def _summary(changes: Sequence[Change], say: Words) -> str:
    counts, reasons = _counted(changes), _reasons(changes)
    parts = []
    for kind in KINDS:
        if not counts[kind]:
            continue
        why = say("comma").join(
            f"{word(REASONS, reason, say.language)} {count}"
            for reason, count in sorted(reasons.get(kind, Counter()).items())
        )
        text = f"{say(f'kind_{kind}')} {counts[kind]}"
        parts.append(say("because", text=text, why=why) if why else text)
    return " · ".join(parts)


def _list(night: PlannedNight, say: Words) -> Iterator[str]:
    rows = []
    for change in night.changes:
        moved = (
            change.was.due_on if change.was and change.was.due_on != change.task.due_on else None
        )
        kinds = say("comma").join(say(f"kind_{kind}") for kind in change.kinds)
        rows.append((kinds + (f" ← {moved}" if moved else ""), *_cells(change.task, say)))
    yield from table_lines((say("head_change"), *_heads(say)), rows)


_SHOWN = (
    *("task_key", "rule_id", "policy_line", "vin_masked", "open_on", "due_on", "deadline_on"),
    *("expires_on", "status", "status_reason", "late_reason", "owner_no"),
)


def _heads(say: Words) -> tuple[str, ...]:
    return tuple(say(f"field_{name}") for name in _SHOWN)


def _cells(task: PlannedTask, say: Words) -> tuple[str, ...]:
    return tuple(_text(getattr(task, name), say) for name in _SHOWN)


def _text(value: object, say: Words) -> str:
    """A value for people: statuses and reasons by their words, dates and numbers as they are."""
    if value is None:
        return "–"
    if not isinstance(value, str):
        return str(value)
    if say.has(f"value_{value}"):
        return say(f"value_{value}")
    return word(REASONS, value, say.language)


def _more(count: int, most: int | None, say: Words) -> Iterator[str]:
    if most is not None and count > most:
        yield "  " + say("more", count=count - most)


def _order(task: PlannedTask) -> tuple[str, str, int, date, str]:
    return (task.store_code, task.rule_id, task.occurrence, task.due_on, task.task_key)


def _sorted(tasks: Iterator[PlannedTask]) -> list[PlannedTask]:
    return sorted(tasks, key=_order)
