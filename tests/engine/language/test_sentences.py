"""Sentences: exact, short, in both languages; a text in gives the two texts out."""

from pathlib import Path

import pytest

from sangao.engine.language.cells import parse_cell
from sangao.engine.language.parser import parse
from sangao.engine.language.phrases import Lang, absent, cell_sentence, joined
from sangao.engine.language.sentence import Names, sentence

NAMES = {
    "sbp_office": ("诊室收缩压", "office SBP"),
    "dbp_office": ("诊室舒张压", "office DBP"),
    "bp_office": ("诊室血压", "office BP"),
    "sbp_home": ("家庭收缩压", "home SBP"),
    "heart_rate": ("心率", "heart rate"),
    "egfr": ("估算肾小球滤过率", "eGFR"),
    "hba1c": ("糖化血红蛋白", "HbA1c"),
    "ldl": ("低密度脂蛋白胆固醇", "LDL-C"),
    "age": ("年龄", "age"),
    "sex": ("性别", "sex"),
    "diabetes": ("糖尿病", "diabetes"),
    "pregnant": ("妊娠", "pregnant"),
    "on_antihypertensive": ("正在服用降压药", "on antihypertensive drugs"),
    "dm_duration": ("糖尿病病程", "diabetes duration"),
    "diagnosis_date": ("确诊日期", "date of diagnosis"),
    "smoke_status": ("吸烟状况", "smoking status"),
    "htn.grade": ("血压水平分级", "BP grade"),
    "htn.range": ("血压达高血压范围", "hypertensive range"),
    "htn.risk_factors": ("心血管危险因素", "risk factors"),
}
CODES = {
    ("sex", "male"): ("男", "male"),
    ("smoke_status", "never"): ("从不", "never"),
    ("smoke_status", "former"): ("已戒", "former"),
    ("htn.grade", "grade2"): ("2级", "grade 2"),
    ("htn.risk_factors", "smoking"): ("吸烟", "smoking"),
}


def pick(pair: tuple[str, str], lang: Lang) -> str:
    return pair[lang == "en"]


def code(subject: str, code: str, lang: Lang) -> str | None:
    pair = CODES.get((subject, code))
    return pick(pair, lang) if pair else None


KNOWN = Names(lambda id, lang: pick(NAMES[id], lang), code, lambda id, lang: "140 mmHg", lambda id: "." in id)
ROWS = [
    line.split(" ⇒ ")
    for line in (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("text", "zh", "en"), ROWS)
def test_a_rule_is_said_in_both_languages(text: str, zh: str, en: str) -> None:
    node = parse(text)
    assert (sentence(node, KNOWN, "zh"), sentence(node, KNOWN, "en")) == (zh, en)


@pytest.mark.parametrize("zh", [zh for _, zh, _ in ROWS])
def test_a_rule_fits_on_a_line(zh: str) -> None:
    assert len(zh) <= 60


@pytest.mark.parametrize(
    ("cell", "zh", "en"),
    [
        ("[140..160)", "诊室收缩压≥140且<160 mmHg", "office SBP ≥140 and <160 mmHg"),
        (">= 180", "诊室收缩压≥180 mmHg", "office SBP ≥180 mmHg"),
        ("(3..5]", "诊室收缩压>3且≤5 mmHg", "office SBP >3 and ≤5 mmHg"),
        ("not([90..140))", "诊室收缩压<90或≥140 mmHg", "office SBP <90 or ≥140 mmHg"),
        ("= 3", "诊室收缩压=3 mmHg", "office SBP =3 mmHg"),
        ("-", "", ""),
    ],
)
def test_a_band_is_said_exactly(cell: str, zh: str, en: str) -> None:
    parsed = parse_cell(cell)
    assert cell_sentence(parsed, "诊室收缩压", "zh", "mmHg") == zh
    assert cell_sentence(parsed, "office SBP", "en", "mmHg") == en


def test_cells_of_codes_and_conditions() -> None:
    named = {"a": "甲", "b": "乙"}.__getitem__
    assert cell_sentence(parse_cell("a, b"), "分级", "zh", code=named) == "分级为甲或乙"
    assert cell_sentence(parse_cell("not(a)"), "分级", "zh", code=named) == "分级不为甲"
    assert cell_sentence(parse_cell("true"), "糖尿病", "zh") == "糖尿病"
    assert cell_sentence(parse_cell("false"), "糖尿病", "zh") == "无糖尿病"
    assert cell_sentence(parse_cell("false"), "需转诊", "zh", decision=True) == "不符合“需转诊”"
    assert cell_sentence(parse_cell("[18..65)"), "年龄", "zh", "years") == "年龄≥18且<65岁"


def test_a_row_joins_its_cells_and_leaves_out_what_it_does_not_ask() -> None:
    cells = [cell_sentence(parse_cell(text), name, "zh") for text, name in ((">= 3", "甲"), ("-", "乙"), ("< 2", "丙"))]
    assert joined(cells, "or", "zh") == "甲≥3 或 丙<2"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("糖尿病", "无糖尿病"),
        ("妊娠", "未妊娠"),
        ("妊娠糖尿病史", "无妊娠糖尿病史"),
        ("有创检查", "无有创检查"),
        ("有心血管病史", "无心血管病史"),
        ("已确诊或疑似冠心病", "并非“已确诊或疑似冠心病”"),
        ("活动性出血或高出血风险", "无活动性出血或高出血风险"),
        ("在用他汀", "未用他汀"),
        ("可做动态血压监测", "不可做动态血压监测"),
        ("可疑继发性高血压", "无可疑继发性高血压"),
        ("未完成初始评估", "已完成初始评估"),
        ("本年度已做健康体检", "本年度未做健康体检"),
        ("配备软尺", "未配备软尺"),
        ("机构为村卫生室", "并非机构为村卫生室"),
    ],
)
def test_absence_is_said_as_people_say_it(name: str, said: str) -> None:
    assert absent(name, "zh") == said
    assert absent(name, "en") == f"not {name}"
