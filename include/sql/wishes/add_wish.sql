-- grain: one row
-- reads: –
-- writes: care.wish
insert into care.wish (
    store_code,
    task_key,
    vin,
    customer_phone_cipher,
    kind,
    about,
    stopped_contact,
    preferred_channel,
    preferred_slot,
    valid_from,
    valid_until,
    service_on,
    reason_cipher,
    reason_hash,
    said_by,
    entered_by,
    entered_at
)
values (
    :store_code,
    :task_key,
    :vin,
    :customer_phone_cipher,
    :kind,
    :about,
    :stopped_contact,
    :preferred_channel,
    :preferred_slot,
    :valid_from,
    :valid_until,
    :service_on,
    :reason_cipher,
    :reason_hash,
    :said_by,
    :user_name,
    :entered_at
)
returning wish_no
