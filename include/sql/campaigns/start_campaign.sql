-- A code is used once; nothing happens where it is known.
-- grain: one row
-- reads: –
-- writes: care.campaign
insert into care.campaign (
    campaign_code,
    kind,
    subject,
    store_codes,
    starts_on,
    started_by
)
values (
    :campaign_code,
    :kind,
    :subject,
    :store_codes,
    :starts_on,
    :user_name
)
on conflict (campaign_code) do nothing
