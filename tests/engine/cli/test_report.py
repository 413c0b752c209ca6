"""`sangao report`: a page for the patient that says what is not known, escapes everything and stands alone."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.chart import Chart
from sangao.engine.guide import load

PACK = """pack: page
edition: "2025"
family: page
title: {zh: 一页, en: page}
origin: project
document: PROJECT
dates: {from: "2025-01-01"}
"""
RULES = """decision: p.high
title: {zh: 血压升高, en: pressure is high}
outcomes: bool
default: {then: "false"}
except:
  high: {when: "sbp_office >= 140 mmHg", then: "true"}
---
table: p.grade
title: {zh: 分级, en: grade}
inputs: {sbp: sbp_office, dbp: dbp_office}
hit: highest
order: [low, mild, severe]
names: {low: {zh: 不高, en: not high}, mild: {zh: 轻度, en: mild}, severe: {zh: 重度, en: severe}}
rows:
  - {sbp: "< 140", dbp: "< 90", then: low}
  - {sbp: "[140..180)", dbp: "[90..110)", then: mild, mode: any}
  - {sbp: ">= 180", dbp: ">= 110", then: severe, mode: any}
---
advice: p.advice.salt
title: {zh: 减盐, en: less salt}
when: "sbp_office >= 140 mmHg"
action: {kind: lifestyle, code: salt}
text: {zh: "食盐现{salt_g}", en: "salt now {salt_g}"}
---
advice: p.advice.now
title: {zh: 立即就医, en: seek care}
when: "sbp_office >= 180 mmHg"
action: {kind: refer, code: now}
urgency: urgent
text: {zh: 血压很高, en: very high pressure}
"""
REPORT = """report: sheet
title: {zh: "一页<纸>", en: "a <sheet>"}
pack: page
sections:
  - title: {zh: 血压, en: Pressure}
    facts: [sbp_office]
    decisions: [p.high, p.grade]
  - title: {zh: 建议, en: Advice}
    advice: [lifestyle]
    empty: {zh: 资料不足, en: not enough on record}
  - title: {zh: 请带来, en: Bring}
    ask: 2
note: {zh: 不能代替医生, en: no doctor}
cases:
  - {it: empty, on: "2025-10-08", expect: {says: {zh: [资料不足]}}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("report")
    (home / "page" / "rules").mkdir(parents=True)
    (home / "page" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (home / "page" / "rules" / "all.yaml").write_text(RULES, encoding="utf-8")
    (home / "reports").mkdir()
    (home / "reports" / "sheet.yaml").write_text(REPORT, encoding="utf-8")
    return home


@pytest.fixture(autouse=True)
def there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


def run(home: Path, facts: dict[str, Any], *options: str, code: int = 0) -> str:
    chart = home / "chart.json"
    chart.write_text(json.dumps({"on": "2025-10-08", "patient": {"id": "<b>x"}, "facts": facts}), encoding="utf-8")
    done = CliRunner().invoke(app(), ["report", str(chart), "--kind", str(home / "reports" / "sheet.yaml"), *options])
    assert done.exit_code == code, done.output
    return done.output


def test_an_empty_chart_says_that_nothing_is_known(home: Path) -> None:
    said = run(home, {})
    assert "没有记录" in said and "还不能判断" in said and "资料不足" in said and "请带来" in said
    assert "不高" not in said and "否" not in said


def test_what_bounds_an_answer_is_said(home: Path) -> None:
    assert "grade: cannot be said yet, at least mild" in run(home, {"dbp_office": 95}, "--lang", "en")


def test_what_is_urgent_stands_first_though_no_section_asks_for_it(home: Path) -> None:
    told = json.loads(run(home, {"sbp_office": 190, "dbp_office": 100, "salt_g": 8}, "--format", "json"))
    assert told["schema"] == "sangao.report/1" and told["report"] == "sheet"
    first = told["sections"][0]
    assert first["title"]["en"] == "To be done at once" and first["lines"][0]["of"] == "p.advice.now"
    assert [line["of"] for one in told["sections"] for line in one["lines"]].count("p.advice.now") == 1
    salt = next(line for one in told["sections"] for line in one["lines"] if line["of"] == "p.advice.salt")
    assert salt["text"]["zh"] == "减盐：食盐现8 g/d"


def test_danger_that_is_not_ruled_out_is_a_question_and_no_order(home: Path) -> None:
    told = json.loads(run(home, {"dbp_office": 80}, "--format", "json"))
    assert told["sections"][0]["title"]["en"].startswith("Not yet ruled out")
    assert told["sections"][0]["lines"][0]["status"] == "unknown"


class Seen(HTMLParser):
    """Gathers tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.given: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.given |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_html_page_stands_alone_and_escapes_everything(home: Path) -> None:
    out = home / "page.html"
    run(home, {"sbp_office": 150}, "--format", "html", "--out", str(out))
    written = out.read_text("utf-8")
    seen = Seen()
    seen.feed(written)
    assert seen.tags == {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "small",
        "section",
        "ul",
        "li",
        "p",
    }
    assert seen.given == {"lang", "charset", "class"}
    assert "一页<纸>" in seen.text and "<b>x" in seen.text and "<纸>" not in written
    assert "http" not in written


def test_a_value_that_cannot_be_used_is_not_on_record_and_is_said(home: Path) -> None:
    said = run(home, {"sbp_office": 900, "dbp_office": 80}, "--lang", "en")
    assert "not on record" in said and "items of the record could not be used" in said and "900" not in said


def test_an_unknown_report_is_bad_usage(home: Path) -> None:
    done = CliRunner().invoke(app(), ["report", str(home / "chart.json"), "--kind", "prescripton", "--lang", "en"])
    assert done.exit_code == 2 and "report.unknown" in done.output and "prescription" in done.output


def test_the_report_is_checked_with_its_cases(home: Path) -> None:
    done = CliRunner().invoke(app(), ["check", str(home / "reports" / "sheet.yaml"), "--lang", "en"])
    assert done.exit_code == 0, done.output


SITE = """---
decision: p.site
title: {zh: 本地条件, en: what the site has}
outcomes: bool
default: {then: "false"}
except:
  both: {when: "sbp_office >= 140 mmHg and fundus_available", then: "true"}
"""


def test_the_patient_is_not_asked_for_what_the_site_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page" / "rules").mkdir(parents=True)
    (tmp_path / "page" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "page" / "rules" / "all.yaml").write_text(RULES + SITE, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    sheet = REPORT.replace("[p.high, p.grade]", "[p.high, p.grade, p.site]").replace("ask: 2", "ask: 9")
    (tmp_path / "reports" / "sheet.yaml").write_text(sheet, encoding="utf-8")
    pack, chart = load(tmp_path / "page"), Chart.of({}, on="2025-10-08")
    assert set(pack.decide("p.site", chart).missing.sets[0]) == {"fundus_available", "sbp_office"}
    told = json.loads(run(tmp_path, {}, "--format", "json"))
    assert {line["of"] for line in told["sections"][-1]["lines"]} == {"sbp_office", "dbp_office"}
