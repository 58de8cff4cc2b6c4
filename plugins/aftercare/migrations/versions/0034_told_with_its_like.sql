-- What is over was perhaps told in a call about the same follow-up that comes
-- late: found by store and rule, never among the missed tasks of all years.
create index follow_up_task_missed_idx
on care.follow_up_task (store_code, rule_id, expires_on)
where status = 'missed';
