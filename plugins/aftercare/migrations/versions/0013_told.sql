-- Whoever was told of a birthday, a festival, a campaign or a referral is found
-- by it, whatever became of the document by which they were told.
drop index care.follow_up_task_campaign_idx;
create index follow_up_task_addressed_idx on care.follow_up_task (occurrence)
where event in (
    'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
);
