"""What leaves the list in an Odoo, with a note that says why.

An activity is deleted and its note left on the contact; a complaint is archived and its note left there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from aftercare.targets import odoo_load
from aftercare.targets.odoo_mapping import (
    ACTIVE,
    ACTIVITY,
    CONTACT,
    MESSAGE,
    OdooMapping,
    html_text,
)
from aftercare.targets.odoo_records import QUIETLY, OdooRecords
from aftercare.targets.protocol import Outcome, Withdrawal

NO_MORE = "was not in the CRM any more"
Note = list[odoo_load.Cell]


class OdooWithdrawals:
    """Withdrawals in one Odoo. Raises CallError where a look-up gets no answer."""

    def __init__(self, mapping: OdooMapping, call: odoo_load.Call, records: OdooRecords) -> None:
        self._mapping, self._call, self._records = mapping, call, records

    def delete(self, batch: Sequence[Withdrawal]) -> dict[str, Outcome]:
        """Deletes the activities of tasks; one that somebody finished stays."""
        known = {int(task.crm_id) for task in batch if task.crm_id}
        rows = self._records.activities([["id", "in", sorted(known)]]) if known else {}
        if any(task.key not in rows for task in batch):
            rows |= self._records.activities([["res_model", "=", CONTACT]])
        outcomes: dict[str, Outcome] = {}
        notes: dict[str, Note] = {}
        for task in batch:
            now = rows.get(task.key)
            if now is None:
                outcomes[task.key] = Outcome(task.key, "sent", None, NO_MORE)
            elif not now["active"]:
                done = "was done before it was withdrawn, left as it is"
                outcomes[task.key] = Outcome(task.key, "sent", str(now["id"]), done)
            else:
                said = (str(now["summary"] or ""), self._mapping.withdrawal_note)
                notes[task.key] = self._note(task, CONTACT, now["res_id"], said)
        noted = self._noted(CONTACT, notes)
        ids = {key: rows[key]["id"] for key, outcome in noted.items() if outcome.state == "sent"}
        return outcomes | noted | odoo_load.on_ids(self._call, ACTIVITY, "unlink", ids, QUIETLY)

    def archive(self, batch: Sequence[Withdrawal]) -> dict[str, Outcome]:
        """Archives complaints."""
        complaint = self._mapping.complaint
        if complaint is None:
            left = "the mapping has no complaints any more, left as it is"
            return {gone.key: Outcome(gone.key, "sent", gone.crm_id, left) for gone in batch}
        outcomes: dict[str, Outcome] = {}
        there: dict[str, int] = {}
        for key, outcome in self._records.complaints(batch).items():
            if outcome.state == "sent" and outcome.crm_id:
                there[key] = int(outcome.crm_id)
            elif outcome.state == "rejected":
                outcomes[key] = Outcome(key, "sent", None, NO_MORE)
            else:
                outcomes[key] = outcome
        notes = {
            gone.key: self._note(
                gone, complaint.model, there[gone.key], (complaint.withdrawal_note,)
            )
            for gone in batch
            if gone.key in there
        }
        noted = self._noted(complaint.model, notes)
        ids = {key: there[key] for key, outcome in noted.items() if outcome.state == "sent"}
        archived = {"vals": {ACTIVE: False}}
        return (
            outcomes
            | noted
            | odoo_load.on_ids(self._call, complaint.model, "write", ids, QUIETLY, **archived)
        )

    def _noted(self, model: str, notes: Mapping[str, Note]) -> dict[str, Outcome]:
        """Leaves notes on records. Odoo lets nobody write a note again: those that an earlier try left stay as
        they are."""
        left = (
            self._records.notes(model, {int(str(note[2])) for note in notes.values()})
            if notes
            else ()
        )
        there = {key: Outcome(key, "sent") for key, note in notes.items() if note[0] in left}
        new = {key: note for key, note in notes.items() if key not in there}
        columns = ["id", "model", "res_id", "message_type", "subtype_id/id", "body"]
        return there | odoo_load.load(self._call, MESSAGE, columns, new, QUIETLY)

    def _note(self, gone: Withdrawal, model: str, crm_id: int, said: Sequence[str]) -> Note:
        kind = "" if gone.entity == "task" else f"{gone.entity}_"
        own = f"withdrawn_{kind}{quote(gone.key, safe='')}_v{gone.version}"
        texts = [html_text(text.replace("{reason}", gone.reason)) for text in said]
        body = "".join(f"<p>{text}</p>" for text in texts)
        return [f"{self._mapping.namespace}.{own}", model, crm_id, "comment", "mail.mt_note", body]
