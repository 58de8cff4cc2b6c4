-- Nobody has two identity numbers: who was joined over others although the
-- numbers differ is parted again, by number, and without one by vehicle and
-- phone.
-- grain: one row per role
-- reads: pg_temp.gathered_role
-- writes: pg_temp.gathered_role
with torn as (
    select label
    from gathered_role
    group by label
    having min(id_no_hash) <> max(id_no_hash)
),

parted as (
    select
        gathered.role_key,
        min(gathered.place) over (
            partition by
                gathered.label,
                gathered.id_no_hash,
                case when gathered.id_no_hash is null then gathered.vin end,
                case
                    when gathered.id_no_hash is null
                        then gathered.phone_hash
                end
        ) as label
    from gathered_role as gathered
    inner join torn on gathered.label = torn.label
)

update gathered_role as gathered
set label = parted.label
from parted
where gathered.role_key = parted.role_key
