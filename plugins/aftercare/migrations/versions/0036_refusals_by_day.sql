-- A refusal is counted once for each work day.
alter table outbound.message
add column refused_day date;
