"""Call scripts: what a specialist says, per script and language, filled in for one task.

A script is ``include/templates/scripts/<script>.<language>.txt``, a Jinja template whose first line
is its title in a comment: ``{# title: … #}``. Comments such as ``{# S4-14.03 #}`` before a question say
which items of ``survey_items.yaml`` it asks, ``{# asks: odometer #}`` what another script of the same call
need not ask again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT, Language

FOLDER = PROJECT / "include" / "templates" / "scripts"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TITLE = re.compile(r"^\{# title: (.+?) #\}\n")
VERSION_LENGTH = 12
SURVEY_ITEM = re.compile(r"\{# (S\d-\d\d\.\d\d) #\}")
TOPIC = re.compile(r"\{# asks: ([a-z_]+) #\}")
QUESTION_GROUPS = 3
"""A long survey is parted into so many groups of questions, of which a call asks one, by the day of its event."""
INCLUDED = re.compile(r'"parts/([a-z_]+)\.(?:zh|en)\.txt"')
HEADING = re.compile(r"^(?=[【\[])", re.MULTILINE)
CLOSING = "closing"
SAID_IN_ANOTHER: Mapping[Language, tuple[str, str]] = {
    "zh": ("【来意】", "【要问的】"),
    "en": ("[Why I call]", "[Questions]"),
}
"""The sections of a script that are said where its task is said in another one's call."""
SOMETIMES = (
    "due_date",
    "falls_on",
    "last_visit",
    "also",
    "same",
    "same_more",
    "next_service_on",
    "festival",
    "subject",
    "told",
    "customer_class",
    "is_company",
    "is_message",
    "has_pick_up",
)
"""Facts that only some tasks have."""


def script_ids() -> list[str]:
    """Every script that there is."""
    return sorted({path.name.split(".")[0] for path in FOLDER.glob("*.txt")})


def present_versions() -> dict[str, str]:
    """Every script with the version that is said now."""
    return {script_id: script_version(script_id) for script_id in script_ids()}


def title_of(script_id: str, language: Language) -> str:
    """The script's title for people; raises ConfigurationError where there is no such script."""
    found = TITLE.match(_source(script_id, language))
    if not found:
        raise ConfigurationError(
            "has no title; write `{# title: … #}` in its first line",
            file=_name(script_id, language),
        )
    return found.group(1)


@cache
def script_version(script_id: str) -> str:
    """A short digest of the script in all languages and of the parts it is made of."""
    digest = hashlib.sha256()
    for language in LANGUAGES:
        for _, source in sources(script_id, language):
            digest.update(source.encode())
    return digest.hexdigest()[:VERSION_LENGTH]


def sources(script_id: str, language: Language) -> Iterator[tuple[str, str]]:
    """The words of a script and of the parts that it is made of, as they are written, each with its file."""
    own = _source(script_id, language)
    yield _name(script_id, language), own
    for name in _parts_of(own, language):
        part = f"parts/{name}"
        yield _name(part, language), _source(part, language)


def asked_items(script_id: str, language: Language) -> list[str]:
    """The survey items that a script asks, by the ids that its comments name, each once."""
    words = "".join(source for _, source in sources(script_id, language))
    return sorted(set(SURVEY_ITEM.findall(words)))


def topics(script_id: str, language: Language) -> set[str]:
    """What a script asks that another one, said in the same call about the same vehicle, need not ask again."""
    words = "".join(source for _, source in sources(script_id, language))
    return set(TOPIC.findall(words))


def render_script(script_id: str, facts: Mapping[str, object], language: Language) -> str:
    """The words for one task, as plain text.

    ``facts``: ``store_name``, ``owner_name``, ``customer_name``, ``model``, ``plate``, ``event_on``,
    ``deadline_date`` and, where there is one, ``due_date``, ``falls_on``, the day that a
    reminder is about where that is not the event's, ``last_visit``, the kind of the visit that the task
    is about, ``customer_class`` and ``is_company``, the name being
    that of a company, ``next_service_on``, which may be past, ``festival``, ``subject``, of a
    campaign, ``has_pick_up``, the store fetching cars for their service, and ``told``, what the
    customer said in calls, each with ``title``, ``satisfaction``, ``is_complaint``,
    ``is_fault_cleared`` and ``words``; a value that is not known is None. ``also``: what else the
    same person is to be told, each with ``title``, ``store_name``, ``model``, ``plate``,
    ``deadline_date`` and ``words`` (see ``said_in_another``). A call says it before it ends; a message
    (``is_message``) is followed by it, in words for staff. Raises ConfigurationError for a script that
    is missing or asks for another fact. ``question_group``, a number from 0 to QUESTION_GROUPS - 1, says
    which of a survey's questions are asked; where it is not given, the day of the event does. ``asked``:
    the topics (see ``topics``) that were asked in the same call already. ``same``: what the same follow-up
    is about beside, a line each, and ``same_more`` how many further ones nobody names; a call says them
    after why it is made.
    """
    day = facts.get("event_on")
    group = day.toordinal() % QUESTION_GROUPS if isinstance(day, date) else 0
    facts = {"question_group": group, "asked": (), **facts}
    try:
        template = _environment().get_template(Path(_name(script_id, language)).name)
        text = template.render({**dict.fromkeys(SOMETIMES), **facts})
        if facts.get("same"):
            text = _with_the_same(text, facts, language)
        if facts.get("also") and CLOSING not in _parts_of(_source(script_id, language), language):
            # What is to be said belongs into a message's text, which staff write; they are told apart.
            name = "also_in_message" if facts.get("is_message") else "also"
            part = _environment().get_template(f"parts/{name}.{language}.txt")
            text = f"{text.rstrip()}\n\n{part.render(also=facts['also'])}"
    except TemplateError as problem:
        # The message of an undefined name holds the name only, never what the facts hold.
        raise ConfigurationError(
            f"cannot be filled in: {problem.message}", file=_name(script_id, language)
        ) from None
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def said_in_another(
    script_id: str, facts: Mapping[str, object], language: Language
) -> Sequence[str]:
    """The lines of a task's script that are said where it is told in the call, or written into the
    message, of another task: why it is said and what is asked; of a message all of it."""
    text = render_script(script_id, facts, language)
    wanted = [
        section.partition("\n")[2]
        for section in HEADING.split(text)
        if section.startswith(SAID_IN_ANOTHER[language])
    ]
    return [line for part in wanted or [text] for line in part.splitlines() if line]


def _with_the_same(text: str, facts: Mapping[str, object], language: Language) -> str:
    """A script with what the same follow-up is about beside: after why the call is made, or below a message."""
    name = "same_in_message" if facts.get("is_message") else "same"
    part = _environment().get_template(f"parts/{name}.{language}.txt")
    words = part.render(same=facts["same"], same_more=facts.get("same_more")).rstrip()
    sections = HEADING.split(text.rstrip())
    for number, section in enumerate(sections):
        if section.startswith(SAID_IN_ANOTHER[language][0]):
            return "".join([*sections[: number + 1], f"{words}\n\n", *sections[number + 1 :]])
    return f"{text.rstrip()}\n\n{words}"


def _parts_of(source: str, language: Language) -> Sequence[str]:
    """The names of the parts that a source is made of, and of theirs."""
    found: dict[str, None] = {}
    waiting = INCLUDED.findall(source)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += INCLUDED.findall(_source(f"parts/{name}", language))
    return list(found)


def _name(script_id: str, language: Language) -> str:
    return f"include/templates/scripts/{script_id}.{language}.txt"


@cache
def _source(script_id: str, language: Language) -> str:
    path = FOLDER / f"{script_id}.{language}.txt"
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise ConfigurationError(
            f"there is no script {script_id!r}; write this file or correct `script` in the follow-up",
            file=_name(script_id, language),
        ) from None


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
