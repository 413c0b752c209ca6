"""A county that does not exist: a seeded table of residents as a township system exports it, with blanks and slips.

Nothing here is drawn from data of people. Marginals are round numbers of the size surveys report, so that every grade
and every kind of gap occurs; the slips (a glucose in mg/dL, half a pressure, a pair the wrong way round) are there to
be caught.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

SEED = 20251020
DAY = "2025-10-20"
HEADER = (
    "编号", "性别", "年龄", "血压", "心率", "身高", "体重", "腰围", "吸烟", "饮酒过量", "空腹血糖", "总胆固醇",
    "低密度脂蛋白", "高密度脂蛋白", "血钾", "肌酐", "尿微量白蛋白肌酐比", "诊断", "用药", "症状",
    "早发心血管病家族史", "清单已核对",
)  # fmt: skip

MAPPING: dict[str, Any] = {
    "mapping": "demo_county",
    "key": "编号",
    "on": DAY,
    "missing": ["999"],
    "lists": {
        "conditions": {"from": ["诊断"], "complete": {"column": "清单已核对", "when": ["是"]}},
        "medications": {"from": ["用药"], "complete": {"column": "清单已核对", "when": ["是"]}},
        "symptoms": {"from": ["症状"]},
        "family_history": {"from": ["早发心血管病家族史"]},
    },
    "columns": {
        "性别": {"fact": "sex", "values": {"男": "male", "女": "female"}},
        "年龄": {"fact": "age", "unit": "岁"},
        "血压": {"facts": ["sbp_office", "dbp_office"], "unit": "mmHg"},
        "心率": {"fact": "heart_rate"},
        "身高": {"fact": "height", "unit": "cm"},
        "体重": {"fact": "weight", "unit": "kg"},
        "腰围": {"fact": "waist", "unit": "cm"},
        "吸烟": {"fact": "smoke_status", "values": {"从不": "never", "已戒": "former", "吸烟": "current"}},
        "饮酒过量": {"fact": "excess_alcohol", "values": {"是": "true", "否": "false"}},
        "空腹血糖": {"fact": "fpg", "unit": "mmol/L"},
        "总胆固醇": {"fact": "tc", "unit": "mmol/L"},
        "低密度脂蛋白": {"fact": "ldl", "unit": "mmol/L"},
        "高密度脂蛋白": {"fact": "hdl", "unit": "mmol/L"},
        "血钾": {"fact": "potassium", "unit": "mmol/L"},
        "肌酐": {"fact": "creatinine", "unit": "μmol/L"},
        "尿微量白蛋白肌酐比": {"fact": "uacr", "unit": "mg/g"},
        "诊断": {"list": "conditions", "none": ["无"]},
        "用药": {"list": "medications", "none": ["无"]},
        "症状": {"list": "symptoms", "none": ["无"]},
        "早发心血管病家族史": {"fact": "fh_premature_cvd", "values": {"有": "true", "无": "false"}},
    },
}

DRUGS = ("C08CA01", "C08CA05", "C09AA02", "C09CA03", "C07AB02", "C03BA11")  # amlodipine, nifedipine, enalapril, …
SYMPTOMS = ("头晕", "头痛", "心悸", "胸闷")


def write(path: Path, people: int, seed: int = SEED, moved: Callable[[int], None] = lambda rows: None) -> None:
    """Write a county of so many people; the same seed gives the same county, byte for byte."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        batch: list[tuple[str, ...]] = []
        for row in residents(people, seed):
            batch.append(row)
            if len(batch) == 5000:
                writer.writerows(batch)
                moved(len(batch))
                batch.clear()
        writer.writerows(batch)
        moved(len(batch))


def residents(people: int, seed: int = SEED) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a county.

    >>> first, *_ = residents(1)
    >>> len(first) == len(HEADER)
    True
    """
    draw = Random(seed)
    for number in range(1, people + 1):
        yield _resident(draw, number)


def _resident(draw: Random, number: int) -> tuple[str, ...]:
    chance, normal = draw.random, draw.gauss
    age = min(95, max(18, round(normal(54, 16))))
    male = chance() < 0.49
    older = age - 50
    bmi = normal(24.3, 3.3)
    height = normal(167 if male else 156, 6)
    weight = max(35.0, bmi * height * height / 10000)
    disposed = normal(0, 1) + 0.035 * older + 0.16 * (bmi - 24)  # towards high pressure
    sick = disposed > 0.9
    treated = sick and chance() < 0.55
    systolic = normal(117 + 0.3 * older + 12 * max(disposed, 0) - (14 if treated else 0), 11)
    diastolic = normal(73 + 7 * max(disposed, 0) - 0.12 * max(older, 0) - (7 if treated else 0), 7)
    diastolic = min(diastolic, systolic - 18)
    diabetic = chance() < 0.03 + 0.0035 * max(age - 35, 0)
    glucose = normal(7.9, 2.1) if diabetic else normal(5.3, 0.55)
    ldl = max(0.9, normal(2.9, 0.8))
    hdl = max(0.6, normal(1.28 if male else 1.42, 0.3))
    kidney = chance() < 0.03 + 0.002 * max(age - 60, 0)
    creatinine = normal(150, 45) if kidney else normal(76 if male else 62, 11)
    uacr = normal(120, 60) if kidney else abs(normal(9, 7))
    conditions = [
        *(["I10"] if sick and chance() < 0.62 else []),
        *(["E11.9"] if diabetic and chance() < 0.7 else []),
        *(["I25.1"] if chance() < 0.0025 * max(age - 45, 0) else []),
        *(["I63.9"] if chance() < 0.002 * max(age - 50, 0) else []),
        *(["N18.3"] if kidney and chance() < 0.4 else []),
        *(["E78.5"] if ldl > 3.6 and chance() < 0.4 else []),
    ]
    drugs = draw.sample(DRUGS, 1 + (chance() < 0.35)) if treated else []
    smoke = chance()
    slip = chance()

    def shown(value: float, places: int, blank: float) -> str:
        return "" if chance() < blank else f"{value:.{places}f}"

    pressure = "" if chance() < 0.08 else f"{systolic:.0f}/{diastolic:.0f}"
    sugar = shown(glucose, 1, 0.22)
    if slip < 0.0008:
        pressure = f"{diastolic:.0f}/{systolic:.0f}"
    elif slip < 0.0016:
        pressure = f"{systolic:.0f}"
    elif slip < 0.0030:
        sugar = f"{max(glucose, 2.8) * 18:.0f}"
    elif slip < 0.0036:
        sugar = "999"
    return (
        f"R{number:06}",
        ("男" if male else "女") if slip > 0.004 else "",
        f"{age}",
        pressure,
        shown(normal(75, 10), 0, 0.15),
        shown(height, 0, 0.1),
        shown(weight, 1, 0.1),
        shown(normal(86 if male else 81, 8) + 1.6 * (bmi - 24), 0, 0.25),
        ""
        if chance() < 0.1
        else "吸烟"
        if smoke < (0.45 if male else 0.03)
        else "已戒"
        if smoke < 0.55 and male
        else "从不",
        "" if chance() < 0.3 else "是" if male and chance() < 0.12 else "否",
        sugar,
        shown(ldl + hdl + max(0.3, normal(0.7, 0.2)), 2, 0.22),
        shown(ldl, 2, 0.22),
        shown(hdl, 2, 0.22),
        shown(normal(4.2, 0.35), 1, 0.35),
        shown(max(30, creatinine), 0, 0.22),
        shown(max(1, uacr), 1, 0.55),
        "" if chance() < 0.04 else ";".join(conditions) or "无",
        "" if chance() < 0.06 else ";".join(drugs) or "无",
        "" if chance() < 0.2 else (draw.choice(SYMPTOMS) if chance() < 0.12 else "无"),
        "" if chance() < 0.3 else "有" if chance() < 0.06 else "无",
        "是" if chance() < 0.5 else "",
    )
