"""`sangao terms`: what a code, a unit or a name means here, in words and as JSON; what is not known ends with 2."""

import json

import pytest
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.engine.errors import catalogue


def ran(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app(), ["terms", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("8480-6", "code  sbp_office 诊室收缩压  mmHg"),
        ("1558-6", "code  fpg 空腹血糖  数值须带单位"),
        ("86911-5", "LDL目标值"),
        ("85354-9", "code  血压"),
        ("DE04.50.019.00", "element  pg2h_meal"),
        ("DE05.01.024.00", "element  诊断代码"),
        ("I10.x00x031", "condition  hypertension 原发性高血压  编码另写明 recorded_risk=high"),
        ("安博诺", "arb 在用ARB、thiazide"),
        ("阿莫西林", "没有规则涉及它"),
        ("毫米汞柱", "unit  mmHg  UCUM mm[Hg]"),
    ],
)
def test_what_one_text_means(text: str, shown: str) -> None:
    code, out, _ = ran(text)
    assert code == 0 and shown in out


def test_several_texts_and_another_language() -> None:
    code, out, _ = ran("8480-6", "络活喜", "--lang", "en")
    assert code == 0 and "office systolic blood pressure" in out and "on antihypertensive drugs" in out


def test_json_names_every_fact_in_both_languages() -> None:
    code, out, _ = ran("络活喜", "--format", "json")
    (found,) = json.loads(out)
    assert code == 0 and found["text"] == "络活喜"
    assert [one["as"] for one in found["means"]] == ["drug"]
    assert found["means"][0]["facts"][0] == {
        "fact": "ccb_dhp",
        "zh": "在用二氢吡啶类CCB",
        "en": "on a dihydropyridine calcium-channel blocker",
    }


def test_one_way_only() -> None:
    assert ran("安博诺", "--as", "drug")[0] == 0
    code, _, err = ran("安博诺", "--as", "condition", "--format", "json")
    (problem,) = json.loads(err)["problems"]
    assert code == 2 and problem["code"] == "terms.unknown_condition" and problem["given"] == "安博诺"


def test_what_is_not_known_names_what_comes_near() -> None:
    code, _, err = ran("络活")
    assert code == 2 and "络活喜" in err


def test_one_unknown_text_does_not_hide_the_others() -> None:
    code, out, err = ran("8480-6", "神奇茶")
    assert code == 2 and "sbp_office" in out and "terms.unknown_text" in err


def test_messages_of_names_hold_no_name() -> None:
    """A name is free text of a host and may hold anything: it travels in `given`, not in the sentence."""
    for way in ("condition", "drug"):
        _, _, err = ran("张三的高血压", "--as", way, "--format", "json")
        (problem,) = json.loads(err)["problems"]
        assert all("张三" not in said for said in (*problem["text"].values(), *problem["help"].values()))
    assert all(entry.zh and entry.en for code, entry in catalogue().items() if code.startswith("terms."))
