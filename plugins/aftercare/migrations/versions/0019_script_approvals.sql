-- Who approved which version of which script. A version is a digest of the
-- words in all languages, so other words are another version, and nobody's yet.
create table ops.script_approval (
    script_id text not null,
    script_version text not null,
    approved_by text not null,
    approved_at timestamptz not null default clock_timestamp(),
    remark text,
    primary key (script_id, script_version)
);
