-- grain: at most one row
-- reads: –
-- writes: care.campaign
update care.campaign
set
    stopped_by = :user_name,
    stopped_at = now()
where
    campaign_code = :campaign_code -- noqa: RF02
    and stopped_at is null
