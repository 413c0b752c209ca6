"""Whatever stands in a guideline folder: a pack that is checked, asked and saved, or problems with their places."""

# ruff: noqa: E501
import json
import shutil
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.engine import cases
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from sangao.engine.pack import canon
from sangao.engine.passes import check, compile_folder
from sangao.engine.rules.strict_yaml import read_yaml
from sangao.engine.run import spec
from tests.laws.test_fuzz_charts import BASE
from tests.laws.test_fuzz_packs import CHARTS, at, changed, places

NOTHING: Mapping[str, str] = {}
LONGEST = 60  # seconds of work for one folder; the usual one takes a hundredth
PARTS = [
    "sbp_office",
    "sbp_office >= 140 mmHg",
    "mean(sbp_office within 4 weeks) >= 140 mmHg",
    "bp_office",
    "$htn.dx.sbp",
    "count(bp_office where sbp_office >= 140 mmHg inside any 4 weeks) >= 3",
    "days(bp_office where dbp_office > 0 mmHg) > 2",
    "running(2, bp_office where sbp_office >= 140 mmHg)",
    "streak(999, bp_office where sbp_office >= 140 mmHg)",
    "last(99999, weight) < 1 kg",
    "change(weight within 999999 years) < 0 kg",
    "days_since(birth_date) > 99999999",
    "min(age, 99999999999999999999 years) >= 3 years",
    "0.000000000000001 * age >= 1 years",
    "abs(age - age) = 0 years",
    "-age < 0 years",
    "999999999999999 * age > 0 years",
    "age >= 0.1 years",
    "sex = male",
    "smoke_status in {never}",
    "diabetes",
    "not diabetes",
    "diabetes or not diabetes",
    "true",
    "false",
    "bmi >= 28 kg/m2",
    "egfr < 60 mL/min/1.73m2",
    "[120..140)",
    "[140..120)",
    ">= 0",
    "not(male)",
    "-",
    "male, female",
    "= 139.999999999",
    "< 99999999999999999999",
    "9" * 300,
    "1e9",
    "0",
    "-1",
    "1/0",
    "raising sbp_office never lowers htn.grade",
    "htn.grade implies htn.grade",
    "fpg is known or glucose is known",
    "2025-02-29",
    "9999-12-31",
    "0001-01-01",
    "",
    " ",
    "\n",
    "\x00",
    "{sbp_office|99}",
    "count(diabetes, stroke, pregnant) >= 2",
    "x in htn.factors",
    "htn.start",
    "default",
    "all",
    "other",
]


@cache
def sources() -> tuple[Any, ...]:
    """Return the documents of good folders as plain trees."""
    files = [*sorted((BASE.parent / "good").glob("*.yaml")), BASE / "clinic" / "rules" / "clinic.yaml"]
    return tuple(plain(node) for file in files for node in read_yaml(file.read_bytes(), file.name)[0])


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): plain(part) for key, part in node.items()}
    return [plain(part) for part in node] if isinstance(node, list) else str(node)


def damaged(random: Random) -> list[Any]:
    """Return a few good documents with values taken from elsewhere, left out, doubled."""
    documents = [random.choice(sources()) for _ in range(random.randint(1, 3))]
    for _ in range(random.randint(1, 3)):
        i = random.randrange(len(documents))
        path = random.choice(places(documents[i]))
        old, other = at(documents[i], path), random.choice(sources())
        if isinstance(old, str):
            strings = [one for one in places(other) if isinstance(at(other, one), str)]
            new = random.choice([*random.choices(PARTS, k=3), at(other, random.choice(strings))])
        elif isinstance(old, list) and old:
            new = random.choice([old[1:], old * 2, old[::-1], random.choice(PARTS)])
        else:
            new = random.choice([at(other, random.choice(places(other))), random.choice(PARTS)])
        documents[i] = changed(documents[i], path, new)
    return documents


def used(rules: str = "", params: str = "", pack: str = "minimal", others: Mapping[str, str] = NOTHING) -> bool:
    """Compile, check, save, open and ask a folder with these rules (and other files of the base changed).

    Return whether it compiled.
    """
    started = time.process_time()
    with TemporaryDirectory() as folder:
        home = Path(folder)
        path = home / pack
        shutil.copytree(BASE / pack, path)
        shutil.copytree(BASE / "shared", home / "shared")
        (path / "rules").mkdir(exist_ok=True)
        for name, text in others.items():
            (home / name).write_text(text, encoding="utf-8")
        if rules:
            (path / "rules" / "rules.yaml").write_text(rules, encoding="utf-8")
        if params:
            (path / "params.yaml").write_text(params, encoding="utf-8")
        try:
            compiled = compile_folder(path)
        except SangaoError as error:
            for problem in error.problems:
                assert problem.report("zh") and problem.report("en")
                assert str(problem.where) or problem.code.startswith("host")
            assert time.process_time() - started < LONGEST
            return False
    for problem in check(compiled):
        assert problem.report("zh") and problem.report("en")
    opened = Pack(canon.loads(canon.dumps(compiled)))
    assert opened.compiled == compiled
    for outcome in cases.run_all(opened):
        assert not any("runners disagree" in one for one in outcome.wrong)
    for chart in CHARTS:
        given = opened.admit(chart)
        assert opened.rows.evaluate(given.open, given.assumed) == spec.evaluate(compiled, given.open, given.assumed)
        json.dumps(opened.decide_all(chart).to_dict())
    assert time.process_time() - started < LONGEST
    return True


@given(st.randoms(use_true_random=False))
def test_no_damage_to_good_documents_makes_the_compiler_raise(random: Random) -> None:
    used("\n---\n".join(json.dumps(one, ensure_ascii=False) for one in damaged(random)))


@cache
def tree_of(name: str) -> Any:
    (node,), _ = read_yaml((BASE / name).read_bytes(), name)
    return plain(node)


OTHERS = [
    "shared/facts/facts.yaml",
    "shared/facts/laboratory.yaml",
    "shared/rows/rows.yaml",
    "shared/sources.yaml",
    "clinic/pack.yaml",
]
DECLARED = ["number", "bool", "code", "date", "0.0000000000001", "1000000", "kPa", "1/3", "1/0", "-5", "999999999999", "conditions", "this year",
            "100000 years", "0 days", "glucose < 3 mmol/L", "closest_two", "last", "5 mmHg", "clinic", "minimal", "must_ask"]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_no_damage_to_facts_or_packs_makes_the_compiler_raise(random: Random) -> None:
    name = random.choice(OTHERS)
    content = tree_of(name)
    for _ in range(random.randint(1, 3)):
        path = random.choice(places(content))
        old = at(content, path)
        new: list[Any] = [
            random.choice(PARTS),
            *random.choices(DECLARED, k=3),
            at(content, random.choice(places(content))),
        ]
        if isinstance(old, dict) and old:
            gone = random.choice(list(old))
            new += [{key: part for key, part in old.items() if key != gone}, {**old, gone: random.choice(DECLARED)}] * 2
        content = changed(content, path, random.choice(new))
    used(pack="clinic", others={name: json.dumps(content, ensure_ascii=False)})


DECISION = """decision: htn.high
title: {{zh: 血压升高, en: blood pressure is high}}
outcomes: bool
default: {{then: false}}
{more}
except:
  high: {{when: '{when}', then: true}}
"""
LETS = ", ".join(f'n{i}: "{"not (" * 30}n{i - 1}{")" * 30}"' for i in range(1, 40))
SUMS = ", ".join(f's{i}: "{"max(0 years, " * 30}s{i - 1}{")" * 30}"' for i in range(1, 40))
DEEP = {
    "not": ("not (" * 19 + "diabetes" + ")" * 19),
    "and": ("(diabetes and (stroke or " * 19 + "pregnant" + "))" * 19),
    "max": ("max(0 years, " * 38 + "age" + ")" * 38 + " >= 3 years"),
    "minus": ("-(" * 38 + "age" + ")" * 38 + " >= 3 years"),
    "abs": ("abs(age - " * 38 + "age" + ")" * 38 + " >= 3 years"),
    "count": ("count(stroke, count(diabetes, " * 8 + "age >= 3 years" + ") >= 1) >= 1" * 8),
}
BOMBS = {
    **{f"deep {name}": DECISION.format(when=text, more="") for name, text in DEEP.items()},
    **{
        f"deeper {name}": DECISION.format(when=f"not ({text})", more="let: {x: '" + text + "'}").replace(
            "diabetes", "x", 1
        )
        for name, text in DEEP.items()
    },
    "a chain of lets": DECISION.format(when="n39", more=f"let: {{n0: sbp_office >= 140 mmHg, {LETS}}}"),
    "a chain of numbers": DECISION.format(when="s39 >= 3 years", more=f"let: {{s0: age, {SUMS}}}"),
    "lets that double": DECISION.format(
        when="d40",
        more="let: {d0: diabetes, " + ", ".join(f'd{i}: "d{i - 1} and d{i - 1}"' for i in range(1, 41)) + "}",
    ),
    "sums that double": DECISION.format(
        when="d40 >= 1 years",
        more="let: {d0: age, " + ", ".join(f'd{i}: "d{i - 1} + d{i - 1}"' for i in range(1, 41)) + "}",
    ),
    "a chain of exceptions": DECISION.format(when="diabetes", more="")
    + "".join(
        f"  e{i}: {{when: 'age >= {i + 1} years', then: {('true', 'false')[i % 2]}, of: {f'e{i - 1}' if i else 'high'}}}\n"
        for i in range(120)
    ),
    "exceptions side by side": DECISION.format(when="diabetes", more="")
    + "".join(f"  e{i}: {{when: 'age = {i + 1} years', then: true}}\n" for i in range(120)),
    "decisions in a row, the last first": "---\n".join(
        DECISION.format(when=f"htn.d{i - 1}" if i else "diabetes", more="").replace("htn.high", f"htn.d{i}")
        for i in reversed(range(300))
    ),
    "decisions in a row": "---\n".join(
        DECISION.format(when=f"htn.d{i - 1}" if i else "diabetes", more="").replace("htn.high", f"htn.d{i}")
        for i in range(300)
    ),
    "a wide count": DECISION.format(
        when=f"count({', '.join(f'age >= {i} years' for i in range(1, 120))}) >= 60", more=""
    ),
    "a long table": "table: t.long\ntitle: {zh: 表, en: table}\ninputs: {a: sbp_office, b: dbp_office, c: fpg}\nhit: first\n"
    + f"outcomes: [{', '.join(f'o{i}' for i in range(20))}]\nrows:\n"
    + "".join(f'  - {{a: "[{40 + i}..{41 + i})", b: ">= {20 + i}", c: "< {i + 1}", then: o{i}}}\n' for i in range(20)),
}


ALLOWED = {
    "exceptions": DECISION.format(when="age >= 1 years", more="")
    + "".join(
        f"  e{i}: {{when: 'age >= {i + 2} years', then: {('false', 'true')[i % 2]}, of: {f'e{i - 1}' if i else 'high'}}}\n"
        for i in range(28)
    ),
    "decisions": "---\n".join(
        DECISION.format(when=f"htn.d{i - 1} and age >= {i} years" if i else "diabetes", more="").replace(
            "htn.high", f"htn.d{i}"
        )
        for i in range(48)
    ),
    "lets": DECISION.format(
        when="n2",
        more="let: {n0: diabetes, " + ", ".join(f'n{i}: "{"not (" * 19}n{i - 1}{")" * 19}"' for i in (1, 2)) + "}",
    ),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_deep_and_allowed_runs(name: str) -> None:
    assert used(ALLOWED[name])


@pytest.mark.parametrize("name", BOMBS)
def test_no_folder_hangs_or_breaks_the_compiler(name: str) -> None:
    used(BOMBS[name])


NUMBERS = [
    "0",
    "-0",
    "1e5",
    "0x10",
    "9" * 15,
    "9" * 16,
    "9" * 400,
    "0." + "0" * 14 + "1",
    "1/3",
    "1/0",
    "०",
    "NaN",
    "inf",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_no_number_makes_the_compiler_raise(number: str) -> None:
    used(DECISION.format(when=f"age >= {number} years or {number} * age > 3 years", more=""))
    used(
        DECISION.format(when="sbp_office >= $htn.dx.sbp", more=""),
        f"htn.dx.sbp: [{{from: '2017-01-01', is: '{number} mmHg'}}]",
    )
    used(f"score: t.s\ntitle: {{zh: 分, en: s}}\nitems: [{{id: a, when: diabetes, points: {number}}}]\n")
    used(
        f"criteria: t.c\ntitle: {{zh: 条, en: c}}\nof: {{at_least: {number}}}\nitems: [{{id: a, name: {{zh: 甲, en: a}}, when: diabetes}}]\n"
    )
    used(
        f'score: t.s\ntitle: {{zh: 分, en: s}}\nitems: [{{id: a, of: age, points: {{"< {number}": 1, ">= {number}": 2}}}}]\n'
    )
