-- Credits each counted row to its owner, if the owner held the post in that
-- store on the day that counts, and each row of a store to all who hold one of
-- the posts there in the month. Other rows are nobody's.
-- grain: one row per line and counted row
-- reads: pg_temp.kpi_fact, pg_temp.new_scorecard, core.assignment
-- writes: pg_temp.new_evidence
insert into new_evidence (
    scorecard_id,
    kpi_id,
    row_kind,
    row_key,
    is_numerator,
    is_excluded,
    reason
)
select
    new_scorecard.scorecard_id,
    kpi_fact.kpi_id,
    kpi_fact.row_kind,
    kpi_fact.row_key,
    kpi_fact.is_numerator,
    kpi_fact.is_excluded,
    kpi_fact.reason
from kpi_fact
inner join new_scorecard
    on
        kpi_fact.owner_role = new_scorecard.role
        and kpi_fact.store_code = new_scorecard.store_code
        and kpi_fact.employee_no = new_scorecard.employee_no
where
    exists (
        select 1
        from core.assignment
        where
            assignment.employee_no = kpi_fact.employee_no
            and assignment.store_code = kpi_fact.store_code
            and assignment.role = kpi_fact.owner_role
            and assignment.valid_from <= kpi_fact.counted_on
            and (
                assignment.valid_to is null
                or assignment.valid_to >= kpi_fact.counted_on
            )
    )
union all
select
    new_scorecard.scorecard_id,
    kpi_fact.kpi_id,
    kpi_fact.row_kind,
    kpi_fact.row_key,
    kpi_fact.is_numerator,
    kpi_fact.is_excluded,
    kpi_fact.reason
from kpi_fact
cross join lateral unnest(kpi_fact.holder_roles) as holder (role)
inner join new_scorecard
    on
        holder.role = new_scorecard.role
        and kpi_fact.store_code = new_scorecard.store_code
