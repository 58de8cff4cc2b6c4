"""The few tables that Python names itself, for SQLAlchemy Core; all others stand in SQL files."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

stage_report = Table(
    "stage_report",
    metadata,
    Column("stage", Text, primary_key=True),
    Column("partition_key", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("counts", JSONB, nullable=False),
    Column("reported_at", DateTime(timezone=True)),
    schema="ops",
)
