"""Commands that prepare an installation: warehouse, users, schemas, suites."""

from __future__ import annotations

from datetime import date

import click

DECIDERS = ("hr", "manager")
"""Roles that decide about people; who holds one is known as an employee, or as none."""


@click.command()
@click.option("--revision", default="head", show_default=True, help="Version to bring it to.")
@click.option(
    "--among-half-way-loads", is_flag=True, help="Also where nights were left between two steps."
)
def migrate(revision: str, among_half_way_loads: bool) -> None:
    """Create the warehouse or bring it to the newest version, while no night is at work."""
    from aftercare import connections, warehouse

    warehouse.migrate(connections.warehouse_engine(), revision, among_half_way_loads)
    click.echo(f"the warehouse is at {revision}")


@click.group()
def users() -> None:
    """What people may do. Who somebody is, Airflow says; what they may do stands here."""


@users.command("grant")
@click.argument("user")
@click.argument("role", type=click.Choice(["steward", "hr", "manager", "operator", "staff"]))
@click.option("--store", default="*", show_default=True, help="Store code, or * for all.")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), default="1900-01-01")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--employee", default=None, help="The user's own employee number.")
@click.option("--no-employee", "is_none", is_flag=True, help="The user is not in the roster.")
def grant(
    user: str,
    role: str,
    store: str,
    start: date,
    end: date | None,
    employee: str | None,
    is_none: bool,
) -> None:
    """Give USER a ROLE for a store, from a day on.

    hr and manager decide about people, and nobody about themselves: they need --employee, or
    --no-employee for who is not in the roster. Granting the same again replaces what was said.
    """
    from aftercare import connections, warehouse

    if employee and is_none:
        raise click.UsageError("--employee and --no-employee exclude one another")
    if role in DECIDERS and not employee and not is_none:
        raise click.UsageError(
            f"{role} decides about people, and nobody about themselves: say --employee with {user}'s "
            "number, or --no-employee for who is not in the roster"
        )
    with connections.warehouse_engine().begin() as connection:
        warehouse.run(
            connection,
            "ops/grant_role",
            user_name=user,
            role=role,
            store_code=store,
            valid_from=start,
            valid_to=end,
            # Empty: somebody said that there is none.
            employee_no="" if is_none else employee,
        )
    click.echo(f"{user} is {role} for {'all stores' if store == '*' else store}")


@users.command("list")
def list_users() -> None:
    """Show who may do what."""
    from aftercare import connections, warehouse

    with connections.warehouse_engine().connect() as connection:
        for row in warehouse.run(connection, "ops/list_roles").mappings():
            end = row["valid_to"] or "…"
            click.echo(
                f"{row['user_name']}\t{row['role']}\t{row['store_code']}\t{row['valid_from']}–{end}"
                f"\t{row['employee_no'] or '–'}"
            )


@click.group()
def suites() -> None:
    """Validation suites."""


@suites.command("compile")
def compile_suites() -> None:
    """Compile expectations/*.yaml to their flag statements after a reviewed change."""
    from aftercare.quality.compile import compile_all

    for path in compile_all():
        click.echo(path)


@click.command()
def schemas() -> None:
    """Write the JSON Schemas of mapping, policy and settings files for editors."""
    from aftercare.schemas import write_schemas

    for path in write_schemas():
        click.echo(path)


COMMANDS = (migrate, users, suites, schemas)
