-- grain: one row a dealer
-- reads: the generator's rows, in the order of the columns
-- writes: tm_dealer of the sample's dealer system
copy tm_dealer (
    dealer_id,
    dealer_code,
    dealer_name,
    brand_id,
    province,
    city,
    open_date,
    close_date,
    updated_at
)
from stdin;
