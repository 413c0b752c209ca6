"""The services on offer, read once from `services.yaml`: what each shows, asks to be prefetched, and how it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Indicator = Literal["info", "warning", "critical"]
ORDER: tuple[Indicator, ...] = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Said:
    """A text in two languages."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """Return the text in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Show:
    """A decision that a service shows: outcomes with their colour, when it is of interest, what may be suggested."""

    decision: str
    marks: Mapping[str, Indicator]
    on_record: tuple[str, ...] = ()
    off_record: tuple[str, ...] = ()
    unknown: bool = True
    suggest: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service, offered under one id for several hooks."""

    id: str
    title: Said
    description: Said
    hooks: tuple[str, ...]
    prefetch: Mapping[str, str]
    shows: tuple[Show, ...]
    advice: bool = False


@dataclass(frozen=True, slots=True)
class Coded:
    """A code with its names."""

    system: str
    code: str
    said: Said

    def coding(self, lang: str) -> dict[str, str]:
        """Return the FHIR Coding."""
        return {"system": self.system, "code": self.code, "display": self.said.in_(lang)}


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything `services.yaml` says. `system` begins the names of our own code systems."""

    system: str
    services: Mapping[str, Service]
    conditions: Mapping[str, Coded]
    classes: Mapping[str, str]
    reasons: tuple[Coded, ...]


@cache
def offer() -> Offer:
    """Return what is on offer.

    >>> sorted(offer().services)
    ['diagnosis-correctness', 'next-steps', 'risk-stratification']
    """
    given = yaml.safe_load(files("sangao.adapters.service.cds").joinpath("services.yaml").read_text("utf-8"))
    system = given["system"]
    return Offer(
        system,
        {id: _service(id, one, given) for id, one in given["services"].items()},
        {fact: Coded(one["system"], str(one["code"]), _said(one)) for fact, one in given["conditions"].items()},
        given["classes"],
        tuple(Coded(f"{system}:override-reason", one["code"], _said(one)) for one in given["override_reasons"]),
    )


def _service(id: str, given: Mapping[str, Any], whole: Mapping[str, Any]) -> Service:
    return Service(
        id,
        _said(given["title"]),
        _said(given["description"]),
        tuple(given.get("hooks", whole["hooks"])),
        {key: whole["prefetch"][key] for key in given["prefetch"]},
        tuple(_show(one) for one in given["shows"]),
        given.get("advice", False),
    )


def _show(given: Mapping[str, Any]) -> Show:
    return Show(
        given["decision"],
        given["marks"],
        tuple(given.get("on_record", ())),
        tuple(given.get("off_record", ())),
        given.get("unknown", "info") != "silent",
        given.get("suggest"),
    )


def _said(given: Mapping[str, str]) -> Said:
    return Said(given["zh"], given["en"])
