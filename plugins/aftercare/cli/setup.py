"""Commands that prepare an installation: warehouse, users, schemas, suites."""

from __future__ import annotations

from datetime import date

import click


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
@click.option("--employee", default=None, help="The user's own employee number, if scored.")
def grant(
    user: str, role: str, store: str, start: date, end: date | None, employee: str | None
) -> None:
    """Give USER a ROLE for a store, from a day on."""
    from aftercare import connections, warehouse

    with connections.warehouse_engine().begin() as connection:
        warehouse.run(
            connection,
            "ops/grant_role",
            user_name=user,
            role=role,
            store_code=store,
            valid_from=start,
            valid_to=end,
            employee_no=employee,
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
