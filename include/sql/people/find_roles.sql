-- What the documents of the run's vehicles say today.
-- grain: one row per vehicle, role and evidence
-- reads: pg_temp.due_vehicle, core.document_role
-- writes: pg_temp.found_role
create temporary table found_role on commit drop as
with night as (
    select cast(:time_zone as text) as time_zone
),

documents as (
    select
        documents.vin,
        documents.role,
        documents.kind,
        documents.name_hash,
        documents.phone_hash,
        documents.id_no_hash,
        documents.store_code,
        documents.document_kind,
        documents.document_no,
        coalesce(
            documents.seen_on,
            cast(documents.seen_at at time zone night.time_zone as date)
        ) as seen_on
    from night
    cross join due_vehicle
    inner join core.document_role as documents
        on due_vehicle.vin = documents.vin
),

ranked as (
    select
        documents.*,
        min(documents.seen_on) over evidence as first_on,
        max(documents.seen_on) over evidence as last_on,
        row_number() over (
            partition by
                documents.vin,
                documents.role,
                documents.kind,
                documents.name_hash,
                documents.phone_hash,
                documents.id_no_hash
            order by
                documents.seen_on asc nulls last,
                documents.store_code asc,
                documents.document_no asc
        ) as place
    from documents
    window evidence as (
        partition by
            documents.vin,
            documents.role,
            documents.kind,
            documents.name_hash,
            documents.phone_hash,
            documents.id_no_hash
    )
)

select
    ranked.store_code || '.' || ranked.document_no || '.' || ranked.role
        as role_key,
    ranked.vin,
    ranked.role,
    ranked.kind,
    ranked.name_hash,
    ranked.phone_hash,
    ranked.id_no_hash,
    ranked.first_on,
    ranked.last_on,
    ranked.store_code,
    ranked.document_kind,
    ranked.document_no
from ranked
where ranked.place = 1
