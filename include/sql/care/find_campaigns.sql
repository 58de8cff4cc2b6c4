-- Owners whom the stores of a campaign know from a sale or a visit before its
-- first day, not longer ago than the policy says; of each vehicle the newest
-- document with a usable number counts. Who comes after the first day stays as
-- they were known, so nobody's task moves to another document.
-- grain: one row per vehicle and campaign
-- reads: care.campaign, pg_temp.night_window, pg_temp.night_rule,
--   care.addressee
-- writes: pg_temp.night_addressee
insert into night_addressee (
    event,
    occurrence,
    number,
    event_on,
    rule_no,
    calendar,
    document_kind,
    store_code,
    document_no,
    vin,
    known_on,
    contact_hash,
    served_by,
    contact_check,
    contact_digest
)
select distinct on (k.campaign_no, d.vin)
    r.event,
    k.campaign_no as occurrence,
    k.campaign_code as number,
    k.starts_on as event_on,
    r.rule_no,
    w.calendar,
    d.document_kind,
    d.store_code,
    d.document_no,
    d.vin,
    d.known_on,
    d.owner_hash as contact_hash,
    d.served_by,
    d.owner_check as contact_check,
    d.owner_digest as contact_digest
from night_window as w
inner join night_rule as r on w.rule_no = r.rule_no
inner join care.campaign as k
    on
        r.campaign = k.kind
        and w.store_code = any(k.store_codes)
        and k.starts_on between w.first_on and w.last_on
inner join lateral (
    select e.*
    from care.addressee as e
    where
        e.store_code = w.store_code
        and e.known_on < k.starts_on
        and e.known_on
        >= k.starts_on - make_interval(months => r.known_months)
        and e.problem is null
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
    offset 0 -- noqa: AM09
) as d on true
where w.event = 'campaign' and k.stopped_at is null
order by
    k.campaign_no asc,
    d.vin asc,
    coalesce(d.owner_check, 'missing') = 'valid' desc,
    d.known_on desc,
    d.document_kind asc,
    d.store_code asc,
    d.document_no asc
