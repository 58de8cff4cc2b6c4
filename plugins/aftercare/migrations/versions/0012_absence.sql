-- absences --------------------------------------------------------------------
-- Days on which somebody of the staff cannot work on tasks, both included, and
-- who is asked first to do their work. Who came back early has a last day that
-- was brought forward; who never went, one before the first.
create table care.absence (
    absence_no integer primary key generated always as identity,
    employee_no text not null references core.employee,
    first_on date not null,
    last_on date not null check (last_on >= first_on - 1),
    deputy_no text references core.employee
    check (deputy_no <> employee_no),
    reason text not null
    check (reason in ('leave', 'training', 'day_off', 'other')),
    entered_by text not null,
    entered_at timestamptz not null default now(),
    ended_by text,
    ended_at timestamptz,
    check (num_nulls(ended_by, ended_at) <> 1)
);
create index absence_employee_idx on care.absence (employee_no, last_on);
