-- What a complaint was about, where a dealer system tells it: product, service
-- or other.
alter table staging.complaint add column cause text;
alter table core.complaint add column cause text;
