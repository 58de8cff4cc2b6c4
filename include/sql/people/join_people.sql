-- One step of joining: each role takes the lowest label of those it is one
-- with. Run until nothing changes.
-- grain: one row per role
-- reads: pg_temp.gathered_role
-- writes: pg_temp.gathered_role
with lowest as (
    select
        role_key,
        least(
            label,
            case
                when by_phone
                    then min(label) over (
                        partition by name_hash, phone_hash, by_phone
                    )
            end,
            case
                when by_id_no
                    then min(label) over (
                        partition by name_hash, id_no_hash, by_id_no
                    )
            end,
            case
                when by_vehicle
                    then min(label) over (
                        partition by name_hash, vin, by_vehicle
                    )
            end,
            case
                when by_name
                    then min(label) over (partition by name_hash, by_name)
            end
        ) as label
    from gathered_role
)

update gathered_role as gathered
set label = lowest.label
from lowest
where
    gathered.role_key = lowest.role_key
    and gathered.label > lowest.label
