"""Commands about what is on its way to CRMs: look, send again, drop; and a push by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import click

from aftercare.cli.connect import in_language
from aftercare.cli.night import show
from aftercare.cli.options import USER
from aftercare.errors import AftercareError

STATES = ("pending", "sending", "retry", "unknown", "rejected", "dead", "dropped")
LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]), help="Default: the group's.")
JSON = click.option("--json", "is_json", is_flag=True, help="For programs.")
REASON = click.option("--reason", required=True, help="Why, in a few words; it is kept.")


def _choice(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which messages are chosen, as all of these commands take them."""
    options = (
        click.option("--target", help="Only of this target."),
        click.option(
            "--state",
            "states",
            multiple=True,
            type=click.Choice(STATES),
            help="Only in this state.",
        ),
        click.option("--store", help="Only of this store."),
        click.option("--because", help="Only with exactly this reason, as the list shows it."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def outbox() -> None:
    """Messages to CRMs, workbooks and gateways: look at them, send them again, drop them."""


@outbox.command("list")
@_choice
@click.option("--most", default=50, show_default=True, help="How many to show.")
@JSON
@LANGUAGE
def list_messages(
    target: str | None,
    states: tuple[str, ...],
    store: str | None,
    because: str | None,
    most: int,
    is_json: bool,
    language: str | None,
) -> None:
    """List messages that somebody may have to see to: rejected, given up, unknown, to retry."""
    from aftercare import runs
    from aftercare.reports.outbox import outbox_lines, with_masked_key
    from aftercare.reports.scorecard_words import read_words
    from aftercare.stages.outbox import ATTENTION, Chosen

    group = in_language(language)
    chosen = Chosen((), target, states or ATTENTION, store, because)
    counts, messages = runs.list_outbox(chosen, most)
    if is_json:
        show({"unsettled": counts, "messages": [with_masked_key(row) for row in messages]})
        return
    say = read_words(group.group.language, "outbox")
    for line in outbox_lines(counts, messages, say, group.time_zone):
        click.echo(line)


@outbox.command("show")
@click.argument("message")
@JSON
@LANGUAGE
def show_one(message: str, is_json: bool, language: str | None) -> None:
    """Show all messages of a key, given by MESSAGE, its number or the key; contact data is masked."""
    from aftercare import runs
    from aftercare.reports.outbox import story_lines, with_masked_key
    from aftercare.reports.scorecard_words import read_words

    group = in_language(language)
    story = runs.show_message(message)
    if is_json:
        for name in ("messages", "acknowledged", "conflicts"):
            story[name] = [with_masked_key(row) for row in story[name]]
        for row in story["acknowledged"]:
            row["acknowledged_hash"] = bytes(row["acknowledged_hash"]).hex()
        show(story)
        return
    for line in story_lines(story, read_words(group.group.language, "outbox"), group.time_zone):
        click.echo(line)


@outbox.command("conflicts")
@click.option("--target", help="Only of this target.")
@click.option("--most", default=50, show_default=True, help="How many to show.")
@JSON
@LANGUAGE
def list_conflicts(target: str | None, most: int, is_json: bool, language: str | None) -> None:
    """List fields that staff changed in a CRM and that we would say otherwise, and which side won."""
    from aftercare import runs
    from aftercare.reports.outbox import conflict_lines, with_masked_key
    from aftercare.reports.scorecard_words import read_words

    group = in_language(language)
    found = runs.list_conflicts(target, most)
    if is_json:
        show({"conflicts": [with_masked_key(row) for row in found]})
        return
    say = read_words(group.group.language, "outbox")
    for line in conflict_lines(found, say, group.time_zone):
        click.echo(line)


def _decision(action: Literal["replay", "drop"], help_text: str) -> None:
    """A command of the group by which operators decide about the messages that they choose."""

    @outbox.command(action, help=help_text)
    @click.argument("numbers", nargs=-1, type=int)
    @_choice
    @REASON
    @USER
    @LANGUAGE
    def decide(
        numbers: tuple[int, ...],
        target: str | None,
        states: tuple[str, ...],
        store: str | None,
        because: str | None,
        reason: str,
        user: str,
        language: str | None,
    ) -> None:
        from aftercare import runs
        from aftercare.reports.scorecard_words import read_words
        from aftercare.stages.outbox import Chosen

        say = read_words(in_language(language).group.language, "outbox")
        chosen = Chosen(numbers, target, states, store, because)
        decided = runs.decide_messages(chosen, action, reason, user)
        click.echo(say(f"done_{action}", count=len(decided)))


_decision(
    "replay",
    """Send messages again with the next push: those of NUMBERS, or all of a target and state.

    Only what was rejected or given up goes again; what is on its way goes by itself.
    """,
)
_decision(
    "drop",
    """Never send messages: those of NUMBERS, or all of a target and state.

    When the task changes it is sent as usual.
    """,
)


@click.command()
@click.argument("day", required=False)
@click.option("--target", "targets", multiple=True, help="Only this target; default: all.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; send and keep nothing.")
@click.option("--samples", default=2, show_default=True, help="Samples of each kind.")
@click.option(
    "--let-through", is_flag=True, help="Send also where a push was stopped; give a reason."
)
@click.option("--reason", help="Why it is right to send; it is kept.")
@USER
@JSON
@LANGUAGE
def push(
    day: str | None,
    targets: tuple[str, ...],
    dry_run: bool,
    samples: int,
    let_through: bool,
    reason: str | None,
    user: str,
    is_json: bool,
    language: str | None,
) -> None:
    """Send what the night of business day DAY left to send; default: last night."""
    from aftercare import runs
    from aftercare.reports.outbox import rehearsal_lines
    from aftercare.reports.scorecard_words import read_words

    if let_through and (dry_run or not reason or len(targets) != 1):
        raise click.UsageError("--let-through needs --reason and one --target, and no --dry-run")
    key = day or runs.last_night()
    names = targets or tuple(runs.open_delivery(key))
    say = read_words(in_language(language).group.language, "outbox")

    def act(name: str) -> dict[str, Any]:
        if dry_run:
            return runs.rehearse_push(key, name, samples)
        if let_through and reason:
            return runs.push_despite(key, name, reason, user)
        return runs.push(key, name)

    problems: list[tuple[str, AftercareError]] = []
    found = runs.each(names, act, problems)
    if is_json or not dry_run:
        show(found)
    else:
        for name, rehearsal in found.items():
            for line in rehearsal_lines(name, key, rehearsal, say):
                click.echo(line)
    runs.raise_problems(problems)


COMMANDS = (outbox, push)
