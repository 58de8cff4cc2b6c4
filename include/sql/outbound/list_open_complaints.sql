-- Complaints that a dealer system registered and nobody closed, for the list of
-- a store. What the lists themselves told is not shown back: nobody could close
-- it there.
-- grain: one row per open complaint of a store, the one received first on top
-- reads: core.complaint, ops.load
-- writes: –
select k.complaint_no
from core.complaint as k
inner join ops.load as brought on k.load_id = brought.load_id
where
    k.store_code = :store_code -- noqa: RF02
    and k.closed_at is null
    and not k.is_vanished
    and brought.system <> :target -- noqa: RF02
order by k.received_at, k.complaint_no
