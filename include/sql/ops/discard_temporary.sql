-- What a commit would have dropped.
-- grain: –
-- reads: –
-- writes: all temporary tables of the session
discard temp
