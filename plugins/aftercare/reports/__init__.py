"""Documents for people: mails, workbooks, PDF, charts."""
