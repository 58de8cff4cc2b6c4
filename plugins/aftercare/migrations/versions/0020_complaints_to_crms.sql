-- What a dealer system tells of a complaint beside who received it when: the
-- vehicle that it is about, and how far it is.
alter table staging.complaint
add column vin text,
add column vin_check text,
add column acknowledged_at timestamptz,
add column dispatched_at timestamptz,
add column solved_at timestamptz;

alter table core.complaint
add column vin text,
add column acknowledged_at timestamptz,
add column dispatched_at timestamptz,
add column solved_at timestamptz;
