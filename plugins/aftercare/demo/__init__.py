"""The demo's own parts: an embedded PostgreSQL, a local Airflow and the story they play."""
