-- Hashes a name or phone as a night does: HMAC of SHA-256 after RFC 2104, its
-- key mixed with the two pads, cut, behind the key's head.
-- grain: –
-- reads: –
-- writes: –
create function bench_hash(
    text_value text, head bytea, inner_key bytea, outer_key bytea
)
returns bytea
language sql
immutable
return head || substr(
    sha256(
        outer_key || sha256(inner_key || convert_to(text_value, 'UTF8'))
    ),
    1,
    16
)
