"""Commands for the keys that protect contact data: which there are, new ones, and their change."""

from __future__ import annotations

import json
from typing import Any

import click

from aftercare.protected import OTHER
from aftercare.protection import KINDS

WORDS = {
    "writing": "writes",
    "reading": "reads",
    "retired": "opens nothing any more",
    "new": "waits for `aftercare keys rotate`",
}


@click.group()
def keys() -> None:
    """Keys that protect contact data."""


def _show_ring(ring: str, connection: bool) -> None:
    click.echo(json.dumps({"conn_type": "generic", "password": ring}) if connection else ring)


@keys.command("new")
@click.option("--connection", is_flag=True, help="Print it as the connection aftercare_keys.")
def new_keys(connection: bool) -> None:
    """Print a fresh key ring. Keep it safe: without it contact data cannot be opened."""
    from aftercare.protection import new_keyring_json

    _show_ring(new_keyring_json(), connection)


@keys.command("add")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--connection", is_flag=True, help="Print it as the connection aftercare_keys.")
def add(kind: Any, connection: bool) -> None:
    """Print the key ring with one more key of a KIND; nothing else changes.

    Put it into the connection aftercare_keys everywhere, then run `aftercare keys rotate`.
    """
    from aftercare import connections
    from aftercare.protection import add_key

    _show_ring(add_key(connections.keyring_json(), kind), connection)


@keys.command("rotate")
@click.option("--wait", default=60, show_default=True, help="Minutes to wait for a gap in nights.")
def rotate(wait: int) -> None:
    """Let the newest keys of the ring take over, and renew what earlier ones wrote.

    Nights may run meanwhile. Killed or broken off: run it again.
    """
    from aftercare import connections, warehouse
    from aftercare.stages.keys import rotate as rotate_keys

    engine = connections.warehouse_engine()
    with engine.connect() as connection:
        warehouse.require_version(connection)
    done = rotate_keys(engine, connections.keyring(), say=click.echo, patience=wait * 60)
    if not (done.begun or done.renewed):
        click.echo("nothing to do: the ring's newest keys write, and nothing older is left")
    for key_id in done.retired:
        click.echo(
            f"encryption key {key_id} opens nothing any more: it may leave the connection "
            "aftercare_keys. Keep it with the backups from before"
        )


@keys.command("status")
def status() -> None:
    """Show which key wrote how many values of each table, and which keys may go."""
    from aftercare import connections
    from aftercare.stages.keys import status as key_status

    found = key_status(connections.warehouse_engine(), connections.keyring())
    for key in found["keys"]:
        absent = "" if key["in_ring"] else ", not in the ring"
        click.echo(f"{key['kind']} key {key['key_id']}: {WORDS[key['state']]}{absent}")
    for table, kinds in found["tables"].items():
        for kind, counts in kinds.items():
            shown = ", ".join(
                f"{number} by {f'key {key_id}' if key_id != OTHER else 'an unknown key'}"
                for key_id, number in sorted(counts.items())
                if number
            )
            click.echo(f"{table}\t{kind}\t{shown}")


COMMANDS = (keys,)
