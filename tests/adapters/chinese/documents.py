"""Shared documents as a test writes them, and what was read of one."""

from datetime import date
from functools import cache
from typing import Any

from sangao.adapters.chinese.reading import read
from sangao.engine.chart import Chart
from sangao.engine.guide import Pack
from tests.opened import opened

ON = date(2025, 3, 9)
WOMAN = "11010519491231002X"


@cache
def pack() -> Pack:
    return opened("htn_primary_2025")


def document(*entries: str, title: str = "高血压患者随访服务", patient: str = "", extra: str = "") -> str:
    body = "".join(f"<entry>{one}</entry>" for one in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>{title}</title>'
        f'<effectiveTime value="20250309"/><recordTarget><patientRole><id extension="HR1"/>{extra}'
        f"<patient>{patient}</patient></patientRole></recordTarget><component><structuredBody><component><section>"
        f"{body}</section></component></structuredBody></component></ClinicalDocument>"
    )


def seen(code: str, value: str, name: str = "", more: str = "", mood: str = "EVN") -> str:
    return f'<observation moodCode="{mood}"><code code="{code}" displayName="{name}"/>{more}{value}</observation>'


def number(value: str, unit: str = "", kind: str = "PQ") -> str:
    return f'<value xsi:type="{kind}" value="{value}" unit="{unit}"/>'


def coded(code: str, name: str = "", more: str = "") -> str:
    return f'<value xsi:type="CD" code="{code}" displayName="{name}" {more}/>'


def chart(text: str, **rest: Any) -> Chart:
    found = read(text, ON, **rest)
    assert found is not None
    return found


def facts(found: Chart) -> dict[str, tuple[Any, str | None]]:
    return {one.fact: (one.value, one.unit) for one in found.readings}


def codes(found: Chart) -> list[str]:
    return [one.code for one in found.problems]


def known(found: Chart, fact: str) -> Any:
    return pack().admit(found).timeline.named()[fact]


SBP, DBP, FPG, DRINK, SALT, EDEMA = (
    "DE04.10.174.00",
    "DE04.10.176.00",
    "DE04.50.037.00",
    "DE03.00.054.00",
    "DE03.00.094.00",
    "DE04.10.201.00",
)


def slots(*, basic: str = "", signs: str = "", more: str = "", patient: str = "") -> str:
    return (
        f"<ClinicalDocument><header><patient>{patient}<slot/></patient></header><structuredBody><BASIC_INFORMATION>"
        f'<slot name="本次随访日期"><value displayName="20250309"/></slot>{basic}</BASIC_INFORMATION>'
        f"<CLINICAL_SIGNS>{signs}</CLINICAL_SIGNS>{more}</structuredBody></ClinicalDocument>"
    )


def slot(code: str, value: str, name: str = "") -> str:
    return f'<slot code="{code}" name="{name}"><value displayName="{value}"/></slot>'


def section(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"
