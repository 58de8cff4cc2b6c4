-- A word of no known day, or of a day that is still to come: the newest counts.
-- grain: one row per row that breaks CN09
-- reads: batch (see batch_consent.sql)
-- writes: nothing
select batch.row_id
from batch
where
    batch.said_on is null
    or batch.said_on > batch.business_day
