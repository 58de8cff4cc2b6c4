-- A follow-up with its policy values for events of a range of days.
-- look_from and look_to: the event days that tonight can make tasks of.
-- grain: one row per pack, follow-up and range of event days
-- reads: –
-- writes: pg_temp.night_rule
create temporary table night_rule (
    rule_no integer primary key,
    pack text not null,
    rule_id text not null,
    occurrence integer not null,
    event text not null,
    event_from date not null,
    event_to date not null,
    look_from date not null,
    look_to date not null,
    opens_months integer not null,
    opens_days integer not null,
    due_months integer not null,
    due_days integer not null,
    deadline_months integer not null,
    deadline_days integer not null,
    expires_months integer not null,
    expires_days integer not null,
    day_after_months integer,
    day_after_days integer,
    is_by_design boolean not null,
    owner_role text not null,
    channel text not null,
    script_id text not null,
    script_version text not null,
    contact_kind text not null,
    priority integer not null,
    about text not null,
    purpose text not null,
    is_mergeable boolean not null,
    usages text[] not null,
    party text not null,
    is_counted boolean not null,
    is_face_to_face boolean not null,
    booked_days integer,
    policy_line text not null
) on commit drop
