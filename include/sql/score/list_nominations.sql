-- Nominations of a month with the post that the nominated person held at the
-- store in it; none where there is no such person or post.
-- grain: one row per nomination
-- reads: core.nomination, core.assignment
-- writes: nothing
with
given as (
    select
        store_code,
        employee_no,
        month,
        award,
        nominator_no
    from core.nomination
    where month = :month
),

held as (
    select distinct
        employee_no,
        store_code
    from core.assignment
    where
        valid_from <= :last_day
        and coalesce(valid_to, :last_day) >= :first_day
)

select
    given.store_code,
    given.employee_no,
    given.award,
    given.nominator_no,
    held.employee_no is not null as is_at_store,
    concat_ws(
        '|',
        given.store_code,
        given.employee_no,
        given.month,
        given.award,
        given.nominator_no
    ) as row_key
from given
left join held
    on
        given.employee_no = held.employee_no
        and given.store_code = held.store_code
order by given.store_code, given.employee_no, given.award, given.nominator_no
