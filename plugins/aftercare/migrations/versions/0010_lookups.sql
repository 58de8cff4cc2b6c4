-- sound versions --------------------------------------------------------
-- The rows that went on, by the keys of their cases: a load that is settled
-- late asks whether later ones brought its held records in good order. Ask for
-- feed and load.
create view quality.sound_version as
select
    'store' as feed,
    good.load_id,
    given.store_code as business_key,
    given.version_at
from quality.good_row as good
inner join staging.store as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'employee' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.employee_no as text), ''),
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.role as text), ''),
        coalesce(cast(given.valid_from as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.employee as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'sales_order' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.order_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.sales_order as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'repair_order' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.ro_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.repair_order as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'call_result' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.task_key as text), ''),
        coalesce(cast(given.attempt_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.call_result as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'complaint' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.complaint_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.complaint as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'external_score' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.employee_no as text), ''),
        coalesce(cast(given.month as text), ''),
        coalesce(cast(given.metric as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.external_score as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'insurance_policy' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.policy_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.insurance_policy as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'lead' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.lead_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.lead as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'booking' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.booking_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.booking as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'referral' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.referral_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.referral as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'consent' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.consent_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.consent as given
    on good.load_id = given.load_id and good.row_id = given.row_id
union all
select
    'preference' as feed,
    good.load_id,
    concat_ws(
        '|',
        coalesce(cast(given.store_code as text), ''),
        coalesce(cast(given.preference_no as text), '')
    ) as business_key,
    given.version_at
from quality.good_row as good
inner join staging.preference as given
    on good.load_id = given.load_id and good.row_id = given.row_id;

-- dues ------------------------------------------------------------------
-- Every reminder that stands looks its due up each night, by its document.
create index service_due_document_idx
on care.service_due (store_code, document_no);
