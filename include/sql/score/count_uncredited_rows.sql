-- Rows of a post that name nobody, or somebody who did not hold it that day,
-- and those of a store that has nobody in it. Two figures that ask for the same
-- row have one. What is left out of a figure lacks nobody.
-- grain: one row: counted rows that nobody's scorecard holds
-- reads: pg_temp.kpi_fact, pg_temp.new_evidence
-- writes: nothing
with
uncredited_rows as (
    select distinct
        kpi_fact.row_kind,
        kpi_fact.row_key
    from kpi_fact
    where
        not kpi_fact.is_excluded
        and not exists (
            select 1
            from new_evidence
            where
                new_evidence.kpi_id = kpi_fact.kpi_id
                and new_evidence.row_kind = kpi_fact.row_kind
                and new_evidence.row_key = kpi_fact.row_key
        )
)

select count(*) as uncredited
from uncredited_rows
