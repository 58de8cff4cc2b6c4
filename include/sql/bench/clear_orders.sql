-- Room for the next part of a made-up history.
-- grain: nothing is left
-- reads: nothing
-- writes: tt_repair_order
truncate table tt_repair_order
