-- When who is responsible handed in a plan, and whether the customer was
-- satisfied when called again after the solution, where a dealer system tells
-- it.
alter table staging.complaint
add column planned_at timestamptz,
add column is_satisfied boolean;
alter table core.complaint
add column planned_at timestamptz,
add column is_satisfied boolean;
