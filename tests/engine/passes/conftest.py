"""Small guideline folders, written by the test that compiles them."""

# ruff: noqa: E501
from collections.abc import Callable
from pathlib import Path

import pytest

FACTS = """
facts:
  sbp: {name: {zh: 收缩压, en: systolic}, kind: number, unit: mmHg, grid: "0.01", hard: ["40", "320"], group: bp, cost: 1, synonyms: [高压]}
  dbp: {name: {zh: 舒张压, en: diastolic}, kind: number, unit: mmHg, grid: "0.01", hard: ["20", "220"], group: bp, cost: 1}
  fpg: {name: {zh: 空腹血糖, en: fasting glucose}, kind: number, unit: mmol/L, units: {mg/dL: "1/18.016"}, grid: "0.001", hard: ["0.5", "80"]}
  pg2h: {name: {zh: 餐后血糖, en: 2 h glucose}, kind: number, unit: mmol/L, grid: "0.001", hard: ["0.5", "80"]}
  hba1c: {name: {zh: 糖化血红蛋白, en: HbA1c}, kind: number, unit: "%", units: {mmol/mol: {times: "1/10.929", plus: "2.15"}}, grid: "0.01", hard: ["2", "25"]}
  age: {name: {zh: 年龄, en: age}, kind: number, unit: years, grid: "1", hard: ["0", "130"]}
  weight: {name: {zh: 体重, en: weight}, kind: number, unit: kg, grid: "0.1", hard: ["20", "350"]}
  height: {name: {zh: 身高, en: height}, kind: number, unit: cm, grid: "0.1", hard: ["100", "250"]}
  bmi: {name: {zh: 体质指数, en: BMI}, kind: number, unit: kg/m2, grid: "0.01", hard: ["8", "100"]}
  sex: {name: {zh: 性别, en: sex}, kind: code, values: {male: {zh: 男, en: male}, female: {zh: 女, en: female}}}
  smoke: {name: {zh: 吸烟, en: smoking}, kind: code, values: {never: {zh: 从不, en: never}, former: {zh: 已戒, en: former}, current: {zh: 吸烟, en: current}}, ordered: true}
  pregnant: {name: {zh: 妊娠, en: pregnant}, kind: bool, absent: must_ask, false_when: "sex = male or age >= 55 years"}
  diabetes: {name: {zh: 糖尿病, en: diabetes}, kind: bool, list: conditions, absent: assume_false}
  stroke: {name: {zh: 脑卒中, en: stroke}, kind: bool, list: conditions, absent: assume_false}
  seen_on: {name: {zh: 就诊日, en: visit day}, kind: date}
  has_lab: {name: {zh: 有化验室, en: has a laboratory}, kind: bool, site: true}
groups:
  bp: {name: {zh: 血压, en: blood pressure}, members: [sbp, dbp]}
consistency:
  - {never: "sbp <= dbp", group: bp, name: {zh: 收缩压须高于舒张压, en: systolic above diastolic}}
  - {never: "pregnant and sex = male", name: {zh: 男性不会妊娠, en: a man is not pregnant}}
"""
SOURCES = """
sources:
  DOC-A: {zh: 指南甲, en: guideline A, origin: national}
  DOC-B: {zh: 指南乙, en: guideline B, origin: national}
"""
ROWS = """
rows:
  T-CLS-01: {seen: [DOC-A], known: [DOC-B], where: {DOC-A: "4.1"}}
  T-CLS-02: {seen: [DOC-B]}
  T-OPEN-01: {doubt: true}
"""


def pack_text(name: str, document: str = "DOC-A", start: str = "2025-01-01", more: str = "") -> str:
    """Return a pack.yaml."""
    return f"""
pack: {name}
edition: "2025"
family: {name}
title: {{zh: 测试, en: test}}
origin: national
document: {document}
dates: {{from: "{start}"}}
{more}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write a pack: rules as text, further files by name; return its folder."""
    shared = tmp_path / "shared"
    (shared / "facts").mkdir(parents=True)
    (shared / "rows").mkdir()
    (shared / "facts" / "all.yaml").write_text(FACTS, "utf-8")
    (shared / "sources.yaml").write_text(SOURCES, "utf-8")
    (shared / "rows" / "t.yaml").write_text(ROWS, "utf-8")

    def write(rules: str = "", name: str = "a", pack: str | None = None, **files: str) -> Path:
        path = tmp_path / name
        (path / "rules").mkdir(parents=True)
        (path / "cases").mkdir()
        (path / "pack.yaml").write_text(pack if pack is not None else pack_text(name), "utf-8")
        if rules:
            (path / "rules" / "rules.yaml").write_text(rules, "utf-8")
        for file, text in files.items():
            inside = {"params": path / "params.yaml", "cases": path / "cases" / "cases.yaml"}
            inside[file].write_text(text, "utf-8")
        return path

    return write
