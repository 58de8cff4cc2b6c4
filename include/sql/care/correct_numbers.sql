-- Numbers that staff put right hold wherever a document gives the number that
-- they replace; the digest says so, that lists show the other one. Since then a
-- number is a new one: what was called in vain before, and that it was wrong,
-- was said of the old.
-- grain: one row per task whose number was put right
-- reads: pg_temp.night_rule, core.contact_number
-- writes: pg_temp.night_subject, pg_temp.night_number
with put_right as (
    update night_subject as s
    set
        contact_hash = k.phone_hash,
        contact_check = k.phone_check,
        contact_digest = sha256(coalesce(s.contact_digest, '') || k.phone_hash)
    from core.contact_number as k
    where
        s.store_code = k.store_code
        and coalesce(s.vin, s.document_no) = k.subject
        and s.contact_hash = k.replaced_phone_hash
        and k.said_on <= cast(:horizon as date)
    returning
        s.task_key,
        k.said_on
)

insert into night_number (task_key, given_on)
select
    task_key,
    said_on
from put_right
