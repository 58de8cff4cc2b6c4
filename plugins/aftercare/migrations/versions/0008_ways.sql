-- messages -------------------------------------------------------------
-- Since when nobody knows whether the target took a message: a gateway that
-- keeps no key would send it twice.
alter table outbound.message
add column doubt_since timestamptz;

update outbound.message
set doubt_since = coalesce(finished_at, claimed_at, made_at)
where state = 'unknown';
