"""The service as a client sees it, without a network: an application, its life, and requests to it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from sangao.adapters.service.app import create_app
from sangao.adapters.service.settings import Settings, read_settings

BASE = "http://127.0.0.1:8042"
SMALL = str(Path(__file__).parents[2] / "documents" / "base" / "minimal")  # a pack for what is not about rules


class Client:
    """Sends requests to an application that runs in a thread of its own."""

    def __init__(self, portal: BlockingPortal, app: FastAPI) -> None:
        self.app = app
        self.portal = portal
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=BASE)

    def send(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """Return the response to a request; `rest` as httpx takes it."""

        async def sent() -> httpx.Response:
            return await self._client.request(method, path, **rest)

        return self.portal.call(sent)

    def get(self, path: str, **rest: Any) -> httpx.Response:
        """Return the response to a GET."""
        return self.send("GET", path, **rest)

    def post(self, path: str, **rest: Any) -> httpx.Response:
        """Return the response to a POST."""
        return self.send("POST", path, **rest)


@contextmanager
def hosted(
    settings: Settings | None = None, app: FastAPI | None = None, *, wait: bool = True, **environment: str
) -> Iterator[Client]:
    """Run an application until it is ready, then hand out its client; `environment` as the service reads it."""
    app = app or create_app(settings or settings_of(**environment))
    with start_blocking_portal() as portal:
        life = app.router.lifespan_context(app)
        with portal.wrap_async_context_manager(life):
            client = Client(portal, app)
            while wait and (said := client.get("/ready")).status_code != 200:
                assert said.json()["reason"] == "starting", said.text
                portal.call(pause)
            yield client


async def pause() -> None:
    """Wait a moment."""
    import asyncio

    await asyncio.sleep(0.02)


def settings_of(**environment: str) -> Settings:
    """Return settings without a log and with one small pack, changed by `journal_url="…"` and the like."""
    given = {"journal_url": "none", "packs_default": "htn_primary_2025", **environment}
    return read_settings(None, {f"SANGAO_{key.upper()}": value for key, value in given.items()})


def problems(answer: httpx.Response) -> list[str]:
    """Return the codes of the problems of a refusal, and check that it says them in both languages."""
    body = answer.json()
    if "problems" in body:
        for one in body["problems"]:
            assert one["text"]["zh"] and one["text"]["en"] and one["help"]["zh"] and one["help"]["en"]
            assert one["given"] is None
        return [one["code"] for one in body["problems"]]
    assert body["resourceType"] == "OperationOutcome"
    for one in body["issue"]:
        assert one["severity"] == "error" and one["code"] and " · " in one["details"]["text"] and one["diagnostics"]
        assert "Traceback" not in json.dumps(one) and "{" not in one["details"]["text"]
    return [one["details"]["coding"][0]["code"] for one in body["issue"]]


# --- what a client sends ----------------------------------------------------------------------------------------------
Json = dict[str, Any]
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
DAY = "2026-03-10"


def coded(system: str, code: str, display: str | None = None) -> Json:
    """Return a CodeableConcept."""
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def pressure(id: str, sbp: float | None, dbp: float | None, day: str, patient: str = "p1") -> Json:
    """Return a blood pressure as an Observation."""
    parts = [("8480-6", sbp), ("8462-4", dbp)]
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": coded(LOINC, "85354-9"),
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day,
        "component": [
            {
                "code": coded(LOINC, code),
                "valueQuantity": {
                    "value": value,
                    "unit": "mmHg",
                    "system": "http://unitsofmeasure.org",
                    "code": "mm[Hg]",
                },
            }
            for code, value in parts
            if value is not None
        ],
    }


def condition(code: str, id: str = "c1", patient: str = "p1", status: str = "active") -> Json:
    """Return a diagnosis on the problem list."""
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", status),
        "verificationStatus": coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
        "code": coded(ICD, code),
        "subject": {"reference": f"Patient/{patient}"},
    }


def drug(code: str, id: str = "m1", status: str = "active") -> Json:
    """Return a drug by its ATC code."""
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": coded(ATC, code),
        "subject": {"reference": "Patient/p1"},
    }


def lab(code: str, value: float, unit: str, id: str = "l1") -> Json:
    """Return a laboratory result by its LOINC code, in a unit of UCUM."""
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": coded(LOINC, code),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-09",
        "valueQuantity": quantity,
    }


def found(*resources: Json, **more: Any) -> Json:
    """Return the answer of a search."""
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries, **more}


PERSON: Json = {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1961-03-02"}


def call(hook: str = "patient-view", prefetch: Mapping[str, Any] | None = None, **context: Any) -> Json:
    """Return the body of a call; keys of `prefetch` that are not given are absent."""
    return {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/doc", "patientId": "p1", **context},
        "prefetch": dict(prefetch or {}),
        "extension": {"cn.sangao.on": DAY},
    }
