-- The numbers under which a target last took contacts, and what staff put right
-- of them before. Contact data is ciphertext.
-- grain: one row per contact whose number is known
-- reads: outbound.ledger, core.contact_number
-- writes: –
with taken as (
    select
        external_key,
        phone_cipher,
        split_part(external_key, '.', 1) as store_code,
        substr(external_key, strpos(external_key, '.') + 1) as subject
    from outbound.ledger
    where
        target = :target
        and entity = 'contact'
        and external_key = any(cast(:external_keys as text[]))
        and phone_cipher is not null
)

select
    taken.external_key,
    taken.phone_cipher,
    known.phone_cipher as known_cipher,
    known.replaced_phone_cipher as replaced_cipher
from taken
left join core.contact_number as known
    on taken.store_code = known.store_code and taken.subject = known.subject
