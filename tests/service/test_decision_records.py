"""The decision record that each call leaves behind."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service import demos
from service.app import RUNTIME, create_app
from service.settings import Settings
from tests.service.recording import NAME, URL, Make, database_url, make, recorded, request_body

__all__ = ["database_url", "make"]


def test_one_record_for_each_call(make: Make) -> None:
    body = request_body("cd22-never-tested")
    app = make()
    cards = app.test_client().post(URL, json=body).json["cards"]
    [record] = recorded(app)
    assert record.service == "relapsed-b-all"
    assert record.hook == "patient-view"
    assert record.hook_instance == body["hookInstance"]
    assert record.status == 200
    assert record.as_of.isoformat() == demos.AS_OF
    assert record.client == ""
    assert [card.topic for card in record.cards] == [
        card["source"]["topic"]["code"] for card in cards
    ]
    considered = {item["option"]: item for item in record.considerations}
    assert considered["inotuzumab-ozogamicin"]["strength"] == "CAD"
    assert considered["inotuzumab-ozogamicin"]["rules"]["IN-01"] == "unknown"
    assert "D-CD22" in considered["inotuzumab-ozogamicin"]["dataRequests"]
    assert record.facts is None
    assert {"read", "gather", "evaluate", "map", "assess", "cards"} <= set(record.timings)
    assert abs(datetime.now(UTC) - record.at) < timedelta(minutes=1)


def test_cards_can_be_joined_by_the_uuids_that_the_client_saw(make: Make) -> None:
    app = make()
    body = request_body("cd22-never-tested")
    shown = app.test_client().post(URL, json=body).json["cards"]
    [record] = recorded(app)
    assert [card.uuid for card in record.cards] == [card["uuid"] for card in shown]
    assert [[item.uuid for item in card.suggestions] for card in record.cards] == [
        [item["uuid"] for item in card.get("suggestions", ())] for card in shown
    ]


def test_a_patient_without_leukaemia_leaves_a_record_without_advice(make: Make) -> None:
    [record] = recorded(make(), request_body("no-leukaemia"))
    assert (record.status, record.cards, record.considerations) == (200, (), [])


def test_refused_for_missing_data_is_recorded_with_its_status(make: Make) -> None:
    body = request_body("no-leukaemia")
    del body["prefetch"]["conditions"]
    [record] = recorded(make(), body)
    assert record.status == 412


def test_no_name_birth_date_text_or_id_of_the_patient(make: Make, tmp_path: Path) -> None:
    body = request_body("cd22-never-tested")
    patient = body["prefetch"]["patient"]
    patient["name"] = [{"family": NAME}]
    app = make(hash_key="sixteen-characters-and-more")
    [record] = recorded(app, body)
    app.extensions[RUNTIME].close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    patient_id = body["context"]["patientId"]
    for secret in (NAME, patient["birthDate"], patient_id):
        assert secret.encode() not in stored
    assert len(record.subject_key or "") == 64


def test_the_patient_is_a_hash_under_the_key_of_the_site(make: Make) -> None:
    body = request_body("no-leukaemia")
    one, again = "one-key-of-the-site-", "one-key-of-the-site-"
    keys = [
        recorded(make(hash_key=key), body)[-1].subject_key
        for key in (one, again, "another-key-of-it-all")
    ]
    assert keys[0] == keys[1] != keys[2]
    assert recorded(make(), body)[-1].subject_key not in keys


def test_same_input_same_hash(make: Make) -> None:
    body = request_body("no-leukaemia")
    other = json.loads(json.dumps(body))
    other["prefetch"]["patient"]["gender"] = "other"
    records = recorded(make(), body, body, other)
    assert records[0].input_hash == records[1].input_hash != records[2].input_hash


def test_advice_flows_with_the_database_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/file/memory.db"))
    answer = app.test_client().post(URL, json=request_body("cd22-never-tested"))
    assert answer.status_code == 200
    assert len(answer.json["cards"]) == 5
    began = time.monotonic()
    app.extensions[RUNTIME].recorder.close()
    assert time.monotonic() - began < 4
    assert 'decisions_total{result="dropped"} 1.0' in app.test_client().get("/metrics").text
