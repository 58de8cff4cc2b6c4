-- What a customer asked for and somebody of ours entered (S3-03). A night reads
-- it as a row of the feed preference, under preference_no, which no dealer
-- system gives. It is ended, never deleted. read_on: the business day whose
-- night read it as it stands.
create table care.wish (
    wish_no integer primary key generated always as identity,
    preference_no text not null
    generated always as ('aftercare/' || wish_no::text) stored,
    store_code text not null references core.store,
    task_key text,
    vin text,
    customer_phone_cipher bytea,
    kind text not null
    check (kind in ('channel', 'pause', 'stop', 'service_day')),
    about text not null
    check (
        about in (
            'follow_up', 'service', 'inspection', 'warranty', 'insurance',
            'greeting', 'campaign', 'all'
        )
    ),
    stopped_contact text check (stopped_contact in ('call', 'sms', 'all')),
    preferred_channel text check (preferred_channel in ('phone', 'sms')),
    preferred_slot text
    check (preferred_slot in ('morning', 'afternoon', 'evening')),
    valid_from date not null,
    valid_until date,
    service_on date,
    reason_cipher bytea not null,
    reason_hash bytea not null,
    said_by text not null
    check (said_by in ('owner', 'driver', 'family', 'other')),
    entered_by text not null,
    entered_at timestamptz not null,
    ended_by text,
    ended_at timestamptz,
    ended_on date,
    read_on date,
    check (valid_until >= valid_from),
    check (vin is not null or customer_phone_cipher is not null),
    check ((kind = 'stop') = (stopped_contact is not null)),
    check ((kind = 'service_day') = (service_on is not null)),
    check (
        (kind = 'channel')
        = (num_nonnulls(preferred_channel, preferred_slot) > 0)
    ),
    check (num_nonnulls(ended_by, ended_at, ended_on) in (0, 3))
);
create index wish_vin_idx on care.wish (vin);
create index wish_waiting_idx on care.wish (entered_at) where read_on is null;
create unique index wish_preference_idx
on care.wish (store_code, preference_no);
