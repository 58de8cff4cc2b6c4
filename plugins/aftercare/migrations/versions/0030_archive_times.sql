-- When the file of an order was put into the archive, where a dealer system
-- tells it; the day of it in the group's zone, for the rules.
alter table staging.sales_order add column archived_at timestamptz;
alter table core.sales_order add column archived_at timestamptz;
alter table quality.row_fact add column archived_on date;
