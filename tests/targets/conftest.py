"""Tests of targets stand on a real Odoo."""

from odoo_crm import *  # noqa: F403
