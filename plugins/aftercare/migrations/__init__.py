"""Versions of the warehouse, applied by Alembic."""
