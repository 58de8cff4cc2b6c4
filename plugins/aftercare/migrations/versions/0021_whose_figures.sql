-- Whose figure a line shows, its person's own or the store's, and which way
-- is good. All lines until now were people's own, and more was better.
alter table score.scorecard_line
add column credit text not null default 'person' check (
    credit in ('person', 'store')
),
add column direction text not null default 'higher' check (
    direction in ('higher', 'lower')
);
