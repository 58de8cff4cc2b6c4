"""The command that connects a dealer system: a first look, a draft of its mapping, a trial."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from aftercare.cli.sample import DAY
from aftercare.errors import ConfigurationError
from aftercare.settings import PROJECT, Group, read_group

PREFIXES = ("aftercare_dms_", "aftercare_")


@click.command()
@click.option("--probe", is_flag=True, help="Look at a system, draft a mapping, show its data.")
@click.option("--try", "tried", metavar="SYSTEM", help="Pull and validate a day, keeping nothing.")
@click.option("--connection", "conn_id", help="Id of the system's connection, for --probe.")
@click.option("--system", help="Name of the new system; default: the end of the connection's id.")
@click.option("--day", type=DAY, help="Business day; default: yesterday.")
@click.option("--output", type=click.Path(path_type=Path), help="Where the draft is written.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
def connect(
    probe: bool,
    tried: str | None,
    conn_id: str | None,
    system: str | None,
    day: datetime | None,
    output: Path | None,
    language: str | None,
) -> None:
    """Connect a dealer system: --probe looks at a new one, --try rehearses a mapped one."""
    from aftercare import runs

    if probe == (tried is not None):
        raise click.UsageError("choose --probe or --try SYSTEM")
    group = in_language(language)
    chosen = day.date() if day else runs.today(group) - timedelta(days=1)
    if tried is not None:
        from aftercare.cli.connect_trial import show_trial

        show_trial(group, tried, chosen)
        return
    if conn_id is None:
        raise click.UsageError("--probe needs --connection")
    _probe(group, conn_id, system or _named(conn_id), chosen, output)


def in_language(language: str | None) -> Group:
    """The group's settings, speaking another language where one is chosen."""
    group = read_group()
    if language is None:
        return group
    name = group.group.model_copy(update={"language": language})
    return group.model_copy(update={"group": name})


def _named(conn_id: str) -> str:
    return next(
        (conn_id.removeprefix(prefix) for prefix in PREFIXES if conn_id.startswith(prefix)), conn_id
    )


def _probe(group: Group, conn_id: str, system: str, day: date, output: Path | None) -> None:
    from aftercare import connections
    from aftercare.cli.connect_words import report_lines
    from aftercare.reports.scorecard_words import read_words
    from aftercare.sources.dealer_system import SYSTEM_NAME
    from aftercare.sources.draft import make_draft
    from aftercare.sources.draft_file import draft_text
    from aftercare.sources.guess import guess
    from aftercare.sources.mapping import UNDECIDED
    from aftercare.sources.names import known_names
    from aftercare.sources.probe import look

    folder = PROJECT / "include" / "mappings" / "dealer"
    if not re.fullmatch(SYSTEM_NAME, system):
        raise ConfigurationError(
            f"{system!r} is no name of a system: small letters, digits and underscores, a letter "
            "first, as in --system west_dms"
        )
    file = output or folder / f"{system}.yaml"
    say = read_words(group.group.language, "connect")
    address = connections.connection(conn_id)
    names = known_names()
    seen = look(address, group.time_zone)
    draft = make_draft(system, seen, guess(seen, names), address, group, names)
    for line in report_lines(seen, draft, address, group, day, say):
        click.echo(line)
    if file.exists():
        raise ConfigurationError(
            "is there already, so no draft was written; give another name with --output to have one "
            "beside it, or delete it to draft again",
            file=_shown(file),
        )
    if draft.feeds:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(draft_text(draft, say), encoding="utf-8")
        click.echo(
            say(
                "written",
                file=_shown(file),
                count=draft.to_decide,
                todo=UNDECIDED,
                system=system,
                day=day,
            )
        )


def _shown(file: Path) -> str:
    """Below the project, the path from there."""
    whole = file.resolve()
    return str(whole.relative_to(PROJECT) if whole.is_relative_to(PROJECT) else file)


COMMANDS = (connect,)
