-- Greetings made: those on birthdays, by the sun or the moon, and festivals
-- that went out as a message or were said in a call, of those due. Who wants
-- none, or gave no consent, is excluded.
-- grain: one row per greeting due in the month
-- reads: pg_temp.judged_contact
-- writes: nothing
select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    is_made as is_numerator,
    excuse is not null as is_excluded,
    coalesce(excuse, what_happened) as reason
from judged_contact
where event in ('birthday', 'lunar_birthday', 'festival')
