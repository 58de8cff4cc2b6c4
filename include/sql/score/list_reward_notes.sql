-- grain: one row per kind of reward and whom it would be for, not proposed
-- reads: score.reward_note
-- writes: nothing
select
    step,
    subject,
    reason,
    policy_line
from score.reward_note
where month = :month
order by step, subject
