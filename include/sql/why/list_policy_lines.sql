-- The lines of a follow-up that were in force on its event's day, of the first
-- pack that has one. Only lines that something was decided with: one that was
-- added later for an earlier day decided nothing here.
-- grain: one row per value
-- reads: ops.policy_line
-- writes: –
with asked as (
    select
        cast(:item as text) as item,
        cast(:names as text[]) as names,
        cast(:event_on as date) as event_on
),

packs as (
    select
        given.pack,
        given.place
    from
        unnest(cast(:packs as text[]))
        with ordinality as given (pack, place)
)

select distinct on (l.name)
    l.name,
    l.line_id,
    l.value,
    l.unit,
    l.rule_id,
    l.reference,
    l.valid_from
from asked
cross join packs
inner join ops.policy_line as l
    on
        packs.pack = l.pack
        and asked.event_on >= l.valid_from
        and l.name = any(asked.names)
        and packs.pack || '/' || asked.item || '/' || l.name
        || '@' || l.valid_from
        = l.line_id
where l.is_used
order by l.name asc, packs.place asc, l.valid_from desc
