-- refused_hash: keyed hash of what a message said when it was rejected; what
-- says something else since goes again. refused_fields: what was rejected, or
-- of which nobody knows whether it was taken, masked and cut; only until that
-- is settled.
alter table outbound.message
add column refused_hash bytea,
add column refused_fields jsonb;
create index message_refused_fields_idx on outbound.message (target)
where refused_fields is not null;
