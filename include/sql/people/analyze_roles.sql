-- After many changes the planner must know the roles anew.
-- grain: –
-- reads: core.customer_role
-- writes: –
analyze core.customer_role
