"""Commands of data stewards: rows in quarantine, and what people decide about them."""

from __future__ import annotations

from datetime import datetime

import click

from aftercare.cli.options import DAY, USER


@click.group()
def cases() -> None:
    """Rows that validation holds back."""


@cases.command("list")
@click.option("--store", help="Only this store.")
@click.option("--rule", help="Only this rule, such as RO04.")
@click.option("--feed", help="Only this feed.")
@click.option("--state", default="open", show_default=True)
@click.option("--most", type=int, default=50, show_default=True)
def list_open(store: str | None, rule: str | None, feed: str | None, state: str, most: int) -> None:
    """Show open cases, the oldest first."""
    from aftercare import connections, runs
    from aftercare.reports.text_table import table_lines
    from aftercare.settings import read_group
    from aftercare.stages.cases import CaseFilter, list_cases

    group = read_group()
    chosen = CaseFilter(store_code=store, rule_id=rule, feed=feed, state=state)
    rows = list_cases(connections.warehouse_engine(), ["*"], runs.today(group), chosen, most=most)
    listed = [
        (
            str(row["case_id"]),
            row["store_code"] or "-",
            row["feed"],
            ", ".join(problem["rule_id"] for problem in row["problems"]),
            str(row["first_day"]),
        )
        for row in rows
    ]
    for line in table_lines(("Case", "Store", "Feed", "Rules", "Since"), listed):
        click.echo(line)
    click.echo(f"{len(rows)} of {rows[0]['found'] if rows else 0} cases")


@cases.command("show")
@click.argument("case_id", type=int)
def show_case(case_id: int) -> None:
    """Show what is wrong with one row, in plain words, with masked values."""
    from aftercare import connections, runs
    from aftercare.cli.night import show
    from aftercare.quality.words import masked_row
    from aftercare.settings import read_group
    from aftercare.stages.cases import describe_case

    group = read_group()
    found = describe_case(connections.warehouse_engine(), ["*"], runs.today(group), case_id)
    row = found.pop("source_row")
    found.pop("row_hash", None)
    language = group.group.language
    show({**found, "source_row": masked_row(found["feed"], row, language, group.time_zone)})


def _decision(name: str, help_text: str) -> None:
    @cases.command(name, help=help_text)
    @click.argument("case_ids", nargs=-1, type=int, required=True)
    @click.option("--reason", required=True, help="Reason code, see the steward's guide.")
    @click.option("--comment", help="In your own words.")
    @click.option("--rule", default="*", help="A waiver may name one rule.")
    @click.option("--until", type=DAY, help="Last day of a waiver.")
    @USER
    def command(
        case_ids: tuple[int, ...],
        reason: str,
        comment: str | None,
        rule: str,
        until: datetime | None,
        user: str,
    ) -> None:
        from aftercare import runs

        last_day = until.date() if until else None
        states = runs.decide_cases(case_ids, name, user, reason, comment, rule, last_day)
        for case_id, state in states.items():
            click.echo(f"{case_id}: {state}")


_decision("release", "The rows are right as they are: let them go on.")
_decision("waive", "The rows may go on despite a rule, until a day.")
_decision("reopen", "What was decided no longer counts.")


@cases.command()
def settle() -> None:
    """Let go on at once what was released or waived on the page; each night does the same."""
    from aftercare import runs
    from aftercare.cli.night import show

    loads = runs.settle_released()
    for counts in loads:
        show(counts)
    click.echo(f"{len(loads)} loads were settled again")


COMMANDS = (cases,)
