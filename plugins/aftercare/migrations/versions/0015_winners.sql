-- What a target last took from us of a field for which its mapping says who
-- wins, as a keyed hash: by it is seen whether staff changed it there since.
create table outbound.acknowledged_field (
    target text not null,
    entity text not null check (entity in ('contact', 'task')),
    external_key text not null,
    field text not null,
    value_hash bytea not null,
    primary key (target, entity, external_key, field)
);

-- Fields that staff changed in a CRM and that we would say otherwise, and which
-- side won; has_ours_changed: we changed it, too. Values stand in the systems.
create table outbound.field_conflict (
    target text not null,
    entity text not null check (entity in ('contact', 'task')),
    external_key text not null,
    version bigint not null,
    field text not null,
    winner text not null check (winner in ('ours', 'theirs')),
    has_ours_changed boolean not null,
    noticed_at timestamptz not null default clock_timestamp(),
    primary key (target, entity, external_key, version, field)
);
create index field_conflict_noticed_idx on outbound.field_conflict (noticed_at);
