-- grain: one row a person, dealer and position
-- reads: the generator's rows, in the order of the columns
-- writes: tm_employee_position of the sample's dealer system
copy tm_employee_position (
    position_id,
    employee_no,
    employee_name,
    dealer_code,
    position_code,
    begin_date,
    end_date,
    mobile,
    e_mail,
    updated_at
)
from stdin;
