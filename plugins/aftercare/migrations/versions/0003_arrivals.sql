-- Every version that was captured of a document, whichever of them core holds:
-- what a task says of the way must not depend on the order of nights.
create index sales_order_document_idx
on staging.sales_order (store_code, order_no);
create index repair_order_document_idx
on staging.repair_order (store_code, ro_no);

-- arrived_day: the first business day whose load, or the first day on which a
-- steward's release, brought the event of the task.
alter table care.follow_up_task add column arrived_day date;
update care.follow_up_task set arrived_day = made_day;
alter table care.follow_up_task alter column arrived_day set not null;
