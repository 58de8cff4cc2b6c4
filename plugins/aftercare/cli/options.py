"""Options and types of arguments that several commands take alike."""

from __future__ import annotations

import getpass

import click

DAY = click.DateTime(["%Y-%m-%d"])
USER = click.option(
    "--user", default=getpass.getuser, help="Who decides; default: who is logged in."
)
