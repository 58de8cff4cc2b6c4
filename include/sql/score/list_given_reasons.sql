-- Why somebody rated or nominated, still sealed, with who it was.
-- grain: one row per asked rating or nomination
-- reads: core.rating, core.nomination, core.employee
-- writes: nothing
with given as (
    select
        'rating' as row_kind,
        rater_no as by_no,
        reason_cipher,
        concat_ws('|', store_code, employee_no, month, item) as row_key
    from core.rating
    where
        store_code = any(:stores)
        and month = any(:months)
        and concat_ws('|', store_code, employee_no, month, item)
        = any(:row_keys)
    union all
    select
        'nomination' as row_kind,
        nominator_no as by_no,
        reason_cipher,
        concat_ws(
            '|', store_code, employee_no, month, award, nominator_no
        ) as row_key
    from core.nomination
    where
        store_code = any(:stores)
        and month = any(:months)
        and concat_ws(
            '|', store_code, employee_no, month, award, nominator_no
        ) = any(:row_keys)
)

select
    given.row_kind,
    given.row_key,
    given.by_no,
    given.reason_cipher,
    coalesce(employee.name, given.by_no) as by_name
from given
left join core.employee on given.by_no = employee.employee_no
order by given.row_kind, given.row_key
