-- A month's follow-ups, every second of them of a sale, dealt out to the people
-- of their post. Two of a hundred customers were called too late, four were
-- not called, some did not answer, refused, or had a number that was wrong.
-- grain: one row per follow-up task
-- reads: core.store, core.assignment, ops.policy_line, ops.policy_version
-- writes: care.follow_up_task
with given as (
    select
        cast(:first_day as date) as first_day,
        cast(:last_day as date) as last_day,
        cast(:orders as integer) as orders,
        cast(:stores as integer) as stores
),

people as (
    select
        store_code,
        role,
        employee_no,
        row_number() over (
            partition by store_code, role order by employee_no
        ) - 1 as place,
        count(*) over (partition by store_code, role) as people
    from core.assignment
),

numbered as (
    select
        given.first_day,
        given.last_day,
        numbers.number,
        numbers.number / given.stores as place,
        'CA' || lpad(cast(numbers.number % given.stores as text), 3, '0')
            as store_code,
        case numbers.number / given.stores % 2
            when 0 then 'SC'
            else 'AC'
        end as role,
        bench_draw('month ' || numbers.number, 1000) as fate
    from given
    cross join generate_series(1, given.orders) as numbers (number)
),

policy as (
    select
        stores.store_code,
        stores.brand,
        lines.line_id,
        versions.digest,
        split_part(lines.line_id, '/', 1) as pack
    from core.store as stores
    inner join ops.policy_line as lines
        on
            lines.line_id like lower(stores.brand)
            || '-dealer/follow_ups/repair_call/due_after@%'
    cross join ops.policy_version as versions
),

dealt as (
    select
        numbered.*,
        people.employee_no,
        policy.pack,
        policy.line_id,
        policy.digest,
        numbered.first_day
        + numbered.place % (numbered.last_day - numbered.first_day + 1)
            as due_on,
        case
            when numbered.role = 'SC' and policy.brand = 'SKODA' then 'S2-01'
            when numbered.role = 'SC' then 'S4-03'
            when policy.brand = 'SKODA' then 'S2-03'
            else 'S4-06'
        end as rule_id
    from numbered
    inner join policy on numbered.store_code = policy.store_code
    inner join people
        on
            numbered.store_code = people.store_code
            and numbered.role = people.role
            and numbered.place / 2 % people.people = people.place
)

insert into care.follow_up_task (
    task_key,
    store_code,
    rule_id,
    pack,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    contact_check,
    owner_role,
    owner_no,
    channel,
    script_id,
    script_version,
    status,
    status_reason,
    late_reason,
    policy_line,
    policy_digest,
    arrived_day,
    made_day,
    listed_day,
    changed_day
)
select
    store_code || '.' || rule_id || '.D'
    || lpad(cast(number as text), 8, '0') as task_key,
    store_code,
    rule_id,
    pack,
    case role when 'SC' then 'delivery' else 'workshop_exit' end as event,
    case role when 'SC' then 'sales_order' else 'repair_order' end
        as document_kind,
    case role when 'SC' then 'SO' else 'RON' end
    || lpad(cast(number as text), 8, '0') as document_no,
    'VIN' || lpad(cast(number as text), 14, '0') as vin,
    due_on - 3 as event_on,
    due_on - 2 as open_on,
    due_on,
    due_on as deadline_on,
    due_on + 12 as expires_on,
    case role when 'SC' then 'customer' else 'deliverer' end as contact_kind,
    case when fate >= 990 then 'invalid' else 'valid' end as contact_check,
    role as owner_role,
    employee_no as owner_no,
    'phone' as channel,
    'repair_call' as script_id,
    '1' as script_version,
    case when fate < 40 or fate >= 960 then 'missed' else 'done' end as status,
    case
        when fate < 40 or fate >= 990 then 'not_called'
        when fate >= 970 then 'no_answer'
        when fate >= 960 then 'refused'
        else 'reached'
    end as status_reason,
    case when fate between 50 and 59 then 'late_by_data' end as late_reason,
    line_id as policy_line,
    digest as policy_digest,
    due_on - 3 as arrived_day,
    due_on - 3 as made_day,
    due_on - 2 as listed_day,
    due_on + 1 as changed_day
from dealt
