"""The house rules about the words of scripts: what none may say and how every call has to end (S4-09), and
what reminders offer (S3-17)."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cache

from jinja2 import Environment, TemplateSyntaxError, nodes

from aftercare.errors import ConfigurationError
from aftercare.rules.due import FollowUp
from aftercare.rules.policy import Line, Policy
from aftercare.rules.script_policy import (
    call_closing,
    call_scripts,
    never_said,
    pick_up_scripts,
    scripts_of,
)
from aftercare.scripts import LANGUAGES, sources
from aftercare.settings import Language

ALWAYS_USED = ("parts/also", "parts/also_in_message", "parts/same", "parts/same_in_message")
"""What stands in or after a script where something else is to be said in the same contact."""


def require_wording(policy: Policy, follow_ups: Sequence[FollowUp], day: date) -> None:
    """Raises the first fault of the scripts that follow-ups use, by the policy of a day."""
    for fault in wording_faults(policy, follow_ups, day):
        raise fault


def wording_faults(
    policy: Policy, follow_ups: Sequence[FollowUp], day: date, scripts: Iterable[str] = ()
) -> Iterator[ConfigurationError]:
    """What is wrong with the words that follow-ups use, and with those of other ``scripts``.

    Packs may forbid different things; a script of several packs says nothing that one of them forbids. Each
    fault names file, line, phrase and rule, and what to do.
    """
    packs = sorted({each.pack for each in follow_ups})
    used = {script_id for each in follow_ups for script_id, _ in scripts_of(each)}
    for language in LANGUAGES:
        # A part stands in many scripts and is faulty once.
        files = dict(
            source
            for script_id in sorted({*used, *scripts, *ALWAYS_USED})
            for source in sources(script_id, language)
        )
        lines = dict(never_said(policy, pack, language, day) for pack in packs)
        for file, words in files.items():
            for line, phrases in lines.items():
                yield from _said(file, words, line, phrases)
        for script_id, line in _calls(policy, follow_ups, day):
            yield from _unclosed(script_id, language, line)
        for script_id, line in _offers(policy, packs, used, day):
            yield from _unoffered(script_id, language, line)


def _said(
    file: str, words: str, line: Line, phrases: Sequence[str]
) -> Iterator[ConfigurationError]:
    plain = {phrase: _plain(phrase) for phrase in phrases}
    for number, spoken in enumerate(_plain_lines(words), start=1):
        for phrase in phrases:
            if plain[phrase] in spoken:
                yield ConfigurationError(
                    f"says {phrase!r}, which no script may say (rule {line.rule}, {line.line_id}); put it "
                    "otherwise",
                    file=file,
                    line=number,
                )


def _calls(policy: Policy, follow_ups: Sequence[FollowUp], day: date) -> Iterator[tuple[str, Line]]:
    """Every script of a call, once for each line that says how it has to end."""
    asked = {
        (script_id, call_closing(policy, each.pack, day))
        for each in follow_ups
        for script_id in call_scripts(each)
    }
    yield from sorted(asked, key=lambda pair: (pair[0], pair[1].line_id))


def _unclosed(script_id: str, language: Language, line: Line) -> Iterator[ConfigurationError]:
    if line.value is None:
        return
    file, words = next(sources(script_id, language))
    part = f"parts/{line.value}.{language}.txt"
    try:
        included = _included(words)
    except TemplateSyntaxError as problem:
        yield ConfigurationError("is no valid template", file=file, line=problem.lineno)
        return
    if part not in included:
        yield ConfigurationError(
            f"is a call and does not end by {part}, the polite words for who refuses or complains (rule "
            f'{line.rule}, {line.line_id}); write `{{% include "{part}" %}}` in a line of its own',
            file=file,
        )


def _offers(
    policy: Policy, packs: Sequence[str], used: Collection[str], day: date
) -> Iterator[tuple[str, Line]]:
    """Every script that offers that the car is fetched, once for each line that says so."""
    asked = {
        (script_id, line)
        for pack in packs
        for line, scripts in (pick_up_scripts(policy, pack, day),)
        for script_id in scripts
        if script_id in used
    }
    yield from sorted(asked, key=lambda pair: (pair[0], pair[1].line_id))


def _unoffered(script_id: str, language: Language, line: Line) -> Iterator[ConfigurationError]:
    files = dict(sources(script_id, language))
    if not any("has_pick_up" in words for words in files.values()):
        yield ConfigurationError(
            f"has no words to offer that the car is fetched (rule {line.rule}, {line.line_id}); write them between "
            "`{% if has_pick_up %}` and `{% endif %}`, or take the script out of that line",
            file=next(iter(files)),
        )


@cache
def _included(words: str) -> frozenset[str]:
    """The parts that a script has in any case; below an `if`, one is said to some customers only."""
    return frozenset(
        node.template.value
        for node in Environment(autoescape=True).parse(words).body
        if isinstance(node, nodes.Include) and isinstance(node.template, nodes.Const)
    )


@cache
def _plain_lines(words: str) -> tuple[str, ...]:
    return tuple(_plain(line) for line in words.splitlines())


def _plain(text: str) -> str:
    """A text as it is compared: full-width letters as plain ones, small letters, no blanks."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return "".join(folded.split())
