"""Published months of stores in CRMs with a REST interface: a server that is not ours, and two vendors' contracts."""

from pathlib import Path
from typing import Any

import fxiaoke_contract
import pytest
import salesforce_contract
from changed_mapping import with_section
from crm_records import a_scorecard, moved, sent, withdrawal
from datasette_crm import DatasetteCrm
from datasette_crm import datasette as datasette
from datasette_crm import datasette_server as datasette_server
from fxiaoke_contract import FxiaokeContract
from pydantic import ValidationError
from salesforce_contract import SalesforceContract

from aftercare.errors import ConfigurationError
from aftercare.targets.rest import RestTarget
from aftercare.targets.rest_mapping import RestMapping
from aftercare.targets.salesforce_mapping import SalesforceMapping

OBJECT, RECORD = "care_scorecard__c", "Care_Scorecard__c"

SECTION: dict[str, Any] = {
    "fields": {
        "ext_key": {"from": "key", "required": True},
        "title": {"from": "title", "required": True},
        "store": {"from": "store_code"},
        "month": {"from": "month_on", "date": "%Y/%m"},
        "met": {"from": "met"},
        "figures": {"from": "summary"},
    },
    "describe": {
        "path": "crm/scorecard.json",
        "parameters": {"_extra": "columns", "_size": 0},
        "names": "columns",
    },
    "find": {
        "path": "crm/scorecard.json",
        "parameters": {"ext_key__exact": "{key}"},
        "rows": "rows",
        "key": "ext_key",
        "id": "id",
    },
    "create": {
        "path": "crm/scorecard/-/insert",
        "body": {"row": "{record}"},
        "id": "rows[0].id",
    },
    "update": {"path": "crm/scorecard/{id}/-/update", "body": {"update": "{record}"}},
}


def with_months(crm: DatasetteCrm, **changes: Any) -> RestTarget:
    return crm.target(scorecard=SECTION | changes)


def test_a_mapping_without_the_section_takes_none(datasette: DatasetteCrm) -> None:
    assert not datasette.target().capabilities.has_scorecards
    assert with_months(datasette).capabilities.has_scorecards


def test_a_month_is_kept_once_and_a_correction_changes_it(datasette: DatasetteCrm) -> None:
    target = with_months(datasette)
    target.check()
    for _ in range(2):
        first, _ = sent(target, [a_scorecard(1), a_scorecard(2)])
    sent(target, [moved(first, summary="公布后有更正")])
    rows = {row["ext_key"]: row for row in datasette.rows("scorecard")}
    assert set(rows) == {"CA01.2026-02", "CA02.2026-02"}
    kept = rows["CA01.2026-02"]
    assert (kept["store"], kept["month"], kept["met"]) == ("CA01", "2026/02", 1)
    assert kept["figures"] == "公布后有更正"
    assert "投诉 <关闭>：100%" in rows["CA02.2026-02"]["figures"]


def test_a_month_is_never_taken_back(datasette: DatasetteCrm) -> None:
    (record,) = sent(with_months(datasette), [a_scorecard(1)])
    (outcome,) = with_months(datasette).withdraw([withdrawal(record)])
    assert (outcome.state, len(datasette.rows("scorecard"))) == ("rejected", 1)


def test_a_field_that_the_crm_does_not_have_is_named(datasette: DatasetteCrm) -> None:
    fields = SECTION["fields"] | {"rank": {"from": "result"}}
    with pytest.raises(ConfigurationError, match="no such field"):
        with_months(datasette, fields=fields).check()


@pytest.mark.parametrize("ours", ["owner_no", "customer_name", "contact_id", "figures"])
def test_a_mapping_finds_no_person_in_a_month(datasette: DatasetteCrm, ours: str) -> None:
    with pytest.raises(ValidationError, match=f"a scorecard has no field {ours}"):
        with_months(datasette, fields=SECTION["fields"] | {"who": {"from": ours}})


def test_contract_of_fxiaoke_a_month_is_kept_once_and_changed(tmp_path: Path) -> None:
    mapping = with_section(RestMapping, fxiaoke_contract.MAPPING, tmp_path, "scorecard")
    assert mapping.scorecard
    section = mapping.scorecard.model_dump(by_alias=True, exclude_none=True)
    with FxiaokeContract() as crm:
        target = crm.target(scorecard=section)
        target.check()
        for _ in range(2):
            (record,) = sent(target, [a_scorecard(1)])
        assert crm.kept(OBJECT) == {record.key: 1}
        sent(target, [moved(record, adjusted=1)])
        kept = crm.of(record.key, OBJECT)
    assert kept["month__c"] == 1769875200000  # midnight of 2026-02-01 in Shanghai
    assert (kept["store__c"], kept["targets_met__c"], kept["corrected__c"]) == ("重庆1店", 1, 1)


def test_contract_of_salesforce_a_month_is_kept_once_and_changed(tmp_path: Path) -> None:
    mapping = with_section(SalesforceMapping, salesforce_contract.MAPPING, tmp_path, "scorecard")
    assert mapping.scorecard
    section = mapping.scorecard.model_dump(by_alias=True, exclude_none=True)
    with SalesforceContract() as crm:
        target = crm.target(scorecard=section)
        target.check()
        for _ in range(2):
            (record,) = sent(target, [a_scorecard(1)])
        assert crm.kept(RECORD) == {record.key: 1}
        sent(target, [moved(record, adjusted=1)])
        kept = crm.of(record.key, RECORD)
    assert (kept["Month__c"], kept["Targets_Met__c"], kept["Corrected__c"]) == ("2026-02-01", 1, 1)
    assert "回访率：80%" in kept["Figures__c"]
    assert kept["Account__c"]
