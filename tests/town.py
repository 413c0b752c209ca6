"""A small pack for the tests of work lists: who is old, and what a patient wants."""

PACK = """pack: town
edition: "2025"
family: town
title: {zh: 名单判断, en: decisions of lists}
origin: project
document: PROJECT
dates: {from: "2025-01-01"}
"""
RULES = """criteria: l.old
title: {zh: 年满65岁, en: 65 or older}
items:
  - {id: old, name: {zh: 年长, en: old}, when: "age >= 65 years"}
---
criteria: l.wants
title: {zh: 所需, en: wants}
gives: set
items:
  - {id: pressure, name: {zh: 量血压, en: pressure}, when: "sbp_office >= 140 mmHg"}
  - {id: glucose, name: {zh: 查血糖, en: glucose}, when: "fpg >= 7.0 mmol/L"}
"""
