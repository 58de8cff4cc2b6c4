-- Every reminder that stands looks its due up each night, by its document.
create index service_due_document_idx
on care.service_due (store_code, document_no);
