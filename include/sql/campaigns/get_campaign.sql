-- grain: at most one row
-- reads: care.campaign
-- writes: –
select
    campaign_no,
    campaign_code,
    kind,
    subject,
    store_codes,
    starts_on,
    started_by,
    started_at,
    stopped_by,
    stopped_at
from care.campaign
where campaign_code = :campaign_code -- noqa: RF02
