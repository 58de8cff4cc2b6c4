-- said in another call --------------------------------------------------
-- A call about the task that goes first may come late: then those that were
-- said in it are looked at again, also those that were over by then.
create index follow_up_task_merged_idx
on care.follow_up_task (merged_into)
where merged_into is not null;

create index follow_up_task_mergeable_idx
on care.follow_up_task (expires_on)
where status = 'missed' and is_mergeable;

-- owners ----------------------------------------------------------------
-- Who owned a vehicle when, as its sales and visits name them: on one vehicle
-- one name is one owner, whatever phones there were.
create view care.vehicle_owner as
select
    roles.vin,
    roles.name_hash,
    min(roles.first_on) as first_on,
    max(roles.last_on) as last_on,
    array_agg(coalesce(customers.merged_into, customers.customer_id)) as known_ids
from core.customer_role as roles
inner join core.customer as customers
    on roles.customer_id = customers.customer_id
where roles.role in ('customer', 'owner') and roles.first_on is not null
group by roles.vin, roles.name_hash;

-- days of their own -------------------------------------------------------
-- The day that a customer chose takes the place of the one worked out; reason
-- says customer then.
alter table care.service_due
drop constraint service_due_reason_check,
add constraint service_due_reason_check check (
    reason in ('time', 'km', 'customer')
);

insert into care.service_due_queue (vin)
select distinct vin
from core.preference
where kind = 'service_day' and vin is not null
on conflict (vin) do nothing;

-- counting ----------------------------------------------------------------
-- What customers call a follow-up and whether rates count it are two things.
-- Who is met face to face is called all the same.
alter table care.follow_up_task
add column is_counted boolean not null default true,
add column is_face_to_face boolean not null default false;

update care.follow_up_task
set is_counted = false
where about <> 'follow_up';
