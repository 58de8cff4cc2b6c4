-- grain: one row per decision
-- reads: –
-- writes: outbound.decision
insert into outbound.decision (target, message_id, action, reason, decided_by)
values (:target, :message_id, :action, :reason, :decided_by)
