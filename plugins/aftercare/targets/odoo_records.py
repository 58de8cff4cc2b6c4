"""What an Odoo holds of ours, and under which ids.

Everything is asked with the rights of an ordinary employee. Odoo's list of external ids is closed
to such a user, but each record tells its own external id, and `load()` finds records by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from aftercare.targets import odoo_load
from aftercare.targets.odoo_load import batches
from aftercare.targets.odoo_mapping import ACTIVE, ACTIVITY, CONTACT, MESSAGE, OdooMapping
from aftercare.targets.protocol import Entity, Outcome, Record, Withdrawal

ARCHIVED_TOO = {"active_test": False}
QUIETLY = {"tracking_disable": True, "mail_activity_quick_update": True, "lang": "en_US"}
"""For writing: no history line per field, no mail to each user for each task, and messages in the
language in which `odoo_load` sorts them."""


class OdooRecords:
    """Our records in one Odoo. Raises CallError where a look-up gets no answer."""

    def __init__(self, mapping: OdooMapping, call: odoo_load.Call) -> None:
        self._mapping = mapping
        self._call = call
        self._users: dict[str, int | None] = {}
        self._kinds: dict[str, int] = {}

    def external_id(self, entity: Entity, key: str) -> str:
        """The external id of a key."""
        # Odoo refuses blanks in the name. Only the first dot has a meaning: it ends the namespace.
        return f"{self._mapping.namespace}.{entity}_{quote(key, safe='')}"

    def keys(self, entity: Entity, ids: Iterable[int]) -> dict[int, str]:
        """Our keys of those records that are ours."""
        prefix = f"{self._mapping.namespace}.{entity}_"
        named: dict[str, str] = {}
        for batch in batches(sorted(ids), 5000):
            named |= self._call(self._mapping.models[entity], "get_external_id", ids=list(batch))
        return {
            int(crm_id): unquote(name.removeprefix(prefix))
            for crm_id, name in named.items()
            if name.startswith(prefix)
        }

    def present(self, entity: Entity, batch: Sequence[Record]) -> dict[str, Mapping[str, Any]]:
        """What the CRM holds now of the records that it can be asked for, by our key.

        An id counts only where the CRM confirms that it bears our key: after a restored backup it
        may be somebody else's record.
        """
        domain: list[object] = [["id", "in", [int(r.crm_id) for r in batch if r.crm_id]]]
        if entity == "contact":
            domain = ["|", *domain, ["ref", "in", [record.key for record in batch]]]
        elif not any(record.crm_id for record in batch):
            return {}
        fields = [ACTIVE, *self._mapping.fields(entity)]
        complaint, scorecard = self._mapping.complaint, self._mapping.scorecard
        if entity == "task":
            fields += ["res_id", "user_id", "activity_type_id"]
        elif entity == "complaint" and complaint:
            fields += [name for name in (complaint.contact, complaint.owner) if name]
        elif entity == "scorecard" and scorecard and scorecard.store:
            fields.append(scorecard.store)
        rows = self._call(
            self._mapping.models[entity],
            "search_read",
            domain=domain,
            fields=fields,
            context=ARCHIVED_TOO,
        )
        keys = self.keys(entity, [row["id"] for row in rows])
        return {keys[row["id"]]: row for row in rows if row["id"] in keys}

    def contact_ids(self, keys: Iterable[str]) -> dict[str, int]:
        """Ids of contacts by our key, of those that are there."""
        wanted = sorted(keys)
        rows = self._call(CONTACT, "search", domain=[["ref", "in", wanted]], context=ARCHIVED_TOO)
        found = {key: crm_id for crm_id, key in self.keys("contact", rows).items()}
        absent = {
            key: [self.external_id("contact", key), key] for key in wanted if key not in found
        }
        # Somebody may have overwritten the reference. The external id still finds the contact, and
        # where there is none the row is refused, because a contact cannot be made without a name.
        healed = odoo_load.load(self._call, CONTACT, ["id", "ref"], absent, QUIETLY)
        for key, outcome in healed.items():
            if outcome.state == "sent" and outcome.crm_id:
                found[key] = int(outcome.crm_id)
        return found

    def store_ids(self, codes: Iterable[str], match: str) -> dict[str, int]:
        """Ids of the contacts that are stores, by the stores' codes; of two the one that was made first."""
        rows = self._call(
            CONTACT,
            "search_read",
            domain=[[match, "in", sorted(codes)], ["is_company", "=", True]],
            fields=[match],
            order="id desc",
        )
        return {str(row[match]): int(row["id"]) for row in rows}

    def user_ids(self, numbers: Iterable[str]) -> dict[str, int]:
        """Odoo's users by employee number; the fallback user stands in where the mapping has one."""
        owner = self._mapping.owner
        asked = {*numbers, *([owner.fallback] if owner.fallback else [])}
        unknown = sorted(asked - self._users.keys())
        if unknown:
            rows = self._call(
                "res.users",
                "search_read",
                domain=[[owner.match, "in", unknown]],
                fields=[owner.match],
            )
            self._users |= dict.fromkeys(unknown) | {row[owner.match]: row["id"] for row in rows}
        fallback = self._users.get(owner.fallback) if owner.fallback else None
        return {n: user for n in asked if (user := self._users[n] or fallback) is not None}

    def activity_types(self) -> dict[str, int]:
        """Ids of the CRM's activity types by external id."""
        if not self._kinds:
            ids = self._call("mail.activity.type", "search", domain=[])
            named = self._call("mail.activity.type", "get_external_id", ids=ids)
            self._kinds = {name: int(crm_id) for crm_id, name in named.items() if name}
        return self._kinds

    def notes(self, model: str, records: Iterable[int]) -> set[str]:
        """External ids of the notes of ours that stand on some records."""
        domain = [["model", "=", model], ["res_id", "in", sorted(records)]]
        ids = self._call(MESSAGE, "search", domain=domain)
        named: dict[str, str] = {}
        for batch in batches(ids, 5000):
            named |= self._call(MESSAGE, "get_external_id", ids=list(batch))
        return {name for name in named.values() if name.startswith(f"{self._mapping.namespace}.")}

    def complaints(self, batch: Sequence[Withdrawal]) -> dict[str, Outcome]:
        """Whether Odoo has complaints, by our key: `sent` with its id for one that it has.

        One whose id we do not know, or no more, is found by its external id, by which it is archived at once;
        where there is none the row is refused, because a record cannot be made without a name.
        """
        model = self._mapping.models["complaint"]
        asked = sorted(int(gone.crm_id) for gone in batch if gone.crm_id)
        rows = (
            self._call(model, "search", domain=[["id", "in", asked]], context=ARCHIVED_TOO)
            if asked
            else []
        )
        known = {
            key: Outcome(key, "sent", str(crm_id))
            for crm_id, key in self.keys("complaint", rows).items()
        }
        absent: dict[str, list[odoo_load.Cell]] = {
            gone.key: [self.external_id("complaint", gone.key), False]
            for gone in batch
            if gone.key not in known
        }
        return known | odoo_load.load(self._call, model, ["id", ACTIVE], absent, QUIETLY)

    def activities(
        self, domain: list[object], context: Mapping[str, object] = ARCHIVED_TOO
    ) -> dict[str, Mapping[str, Any]]:
        """Activities of ours by key, each with `id, active, res_id, summary, date_deadline`."""
        rows = self._call(
            ACTIVITY,
            "search_read",
            domain=domain,
            fields=["active", "res_id", "summary", "date_deadline"],
            context=context,
        )
        keys = self.keys("task", [row["id"] for row in rows])
        return {keys[row["id"]]: row for row in rows if row["id"] in keys}
