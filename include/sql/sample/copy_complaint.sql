-- grain: one row a complaint
-- reads: the generator's rows, in the order of the columns
-- writes: tt_complaint of the sample's dealer system
copy tt_complaint (
    complaint_id,
    dealer_code,
    complaint_no,
    receive_time,
    source_type,
    complaint_level,
    responsible_no,
    vin,
    verdict,
    cause_type,
    accept_time,
    dispatch_time,
    plan_time,
    handle_time,
    revisit_time,
    revisit_satisfied,
    close_time,
    content,
    updated_at
)
from stdin;
