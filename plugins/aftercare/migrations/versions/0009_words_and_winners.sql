-- said in another call --------------------------------------------------
-- A call about the task that goes first may come late: then those that were
-- said in it are looked at again, also those that were over by then.
create index follow_up_task_merged_idx
on care.follow_up_task (merged_into)
where merged_into is not null;

create index follow_up_task_mergeable_idx
on care.follow_up_task (expires_on)
where status = 'missed' and is_mergeable;
