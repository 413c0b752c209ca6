"""ORU and ADT into charts: character sets, types, statuses, and never a value that nobody vouches for."""

import sys
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.hl7 import read_chart, values
from sangao.adapters.hl7.decoding import decode
from sangao.adapters.hl7.message import segments
from sangao.adapters.hl7.reading import read
from sangao.engine import quantity
from sangao.engine.chart import Chart
from sangao.engine.errors import SangaoError
from sangao.engine.guide import Pack
from tests.opened import opened

WOMAN = "11010519491231002X"


@cache
def pack() -> Pack:
    return opened("dm_primary_2025")


def message(*lines: str, charset: str = "", kind: str = "ORU^R01", pid: str = "PID|1||P1", version: str = "2.4") -> str:
    head = f"MSH|^~\\&|LIS|检验科|HIS|H|20250310091200||{kind}|1001|P|{version}||||||{charset}"
    return "\r".join([head, *([pid] if pid else []), *lines]) + "\r"


def obx(
    code: str, value: str, kind: str = "NM", unit: str = "", status: str = "F", at: str = "", system: str = "LN"
) -> str:
    return f"OBX|1|{kind}|{code}^^{system}||{value}|{unit}|||||{status}|||{at}"


def chart(*lines: str, **rest: Any) -> Chart:
    return read(message(*lines, **rest))


def facts(found: Chart) -> dict[str, tuple[Any, str | None]]:
    return {one.fact: (one.value, one.unit) for one in found.readings}


def codes(found: Chart) -> list[str]:
    return [one.code for one in found.problems]


def known(found: Chart, fact: str) -> Any:
    return pack().admit(found).timeline.named()[fact]


def refusal(source: bytes | str) -> str:
    with pytest.raises(SangaoError) as raised:
        read(source)
    assert raised.value.usage and all(one.given is None for one in raised.value.problems)
    return raised.value.problems[0].code


FPG, A1C, LDL, UACR, BP = "14771-0", "4548-4", "22748-8", "14959-1", "85354-9"


# --- nothing, and what is refused whole -------------------------------------------------------------------------------
def test_a_message_without_results_says_nothing() -> None:
    found = chart()
    assert (found.id, found.readings, found.lists, found.problems) == ("P1", (), {}, ())
    assert found.on.isoformat() == "2025-03-10"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "hl7.not_hl7"),
        (b"PID|1", "hl7.not_hl7"),
        (b"MSH", "hl7.not_hl7"),
        (b"MSH|^~", "hl7.not_hl7"),
        (b"MSH|^^^^|a", "hl7.not_hl7"),
        (b"MSHxabcdx", "hl7.not_hl7"),
        (message(kind="ORM^O01"), "hl7.unsupported_type"),
        (message(kind="ADT^A03"), "hl7.unsupported_type"),
        (message(kind=""), "hl7.unsupported_type"),
        (message("PID|1||P2"), "hl7.several_patients"),
        (message(charset="ISO IR87").encode("utf-8"), "hl7.unknown_charset"),
        (message(charset="UNICODE UTF-8").encode("gb18030"), "hl7.undecodable"),
        (message().replace("检验科", "x").encode() + b"NTE|\xff\xff\r", "hl7.undecodable"),
        (b"MSH|^~\\&|" + b"x" * (5 * 2**20), "hl7.too_large"),
        (message() + "NTE|1\r" * 20_001, "hl7.too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(source: bytes | str, code: str) -> None:
    assert refusal(source) == code


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hl7", None)
    assert refusal(message()) == "hl7.no_extra"


@pytest.mark.parametrize("version", ["2.1", "2.3.1", "2.5.1", "2.9", "", "2.4^CHN"])
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_any_version_and_any_line_end_is_read(version: str, end: str) -> None:
    text = message(obx(FPG, "7.2", unit="mmol/L"), version=version).replace("\r", end)
    assert facts(read(text)) == {"fpg": ("7.2", "mmol/L")}


# --- character sets ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("UNICODE UTF-8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("GB 18030-2000", "gb18030"),
        ("GBK", "gbk"),
        ("gb2312", "gbk"),
        ("", "utf-8"),
        ("", "gb18030"),
        ("GB 18030-2000~UNICODE UTF-8", "gb18030"),
    ],
)
def test_character_sets(charset: str, encoding: str) -> None:
    # 憒, 竆, 迀, 誥 end in |, ^, ~ or \\ when they are written in GBK
    text = message("OBR|1|||憒竆迀誥^血糖", obx(FPG, "7.2", unit="mmol/L"), charset=charset).replace(
        "检验科", "竆憒检验科"
    )
    found = read(text.encode(encoding))
    assert facts(found) == {"fpg": ("7.2", "mmol/L")}
    assert decode(text.encode(encoding)).head(4) == "竆憒检验科"


def test_escapes_are_undone_and_what_cannot_be_read_leaves_a_mark() -> None:
    line = "NTE|1||a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f\\H\\g\\N\\\\XE7B396\\\\Cxx\\\\Xzz\\\\.br\\h"
    [_, note] = segments(decode(f"MSH|^~\\&|x\r{line}\r"))
    assert note.get(3) == "a|b^c&d~e\\fg糖\ufffd\ufffd\nh"


@pytest.mark.parametrize("escape", ["\\Zx\\", "\\XZZ\\", "\\C2842\\", "\\.in\\"])
@pytest.mark.parametrize("kind", ["NM", "ST"])
def test_digits_around_what_cannot_be_read_are_no_number(escape: str, kind: str) -> None:
    line = f"OBX|1|{kind}|8480-6^^LN||1{escape}28|mm[Hg]|||||F|||20260301"
    [_, found] = segments(decode(f"MSH|^~\\&|x\r{line}\r"))
    assert quantity.read(values.given(found).words or "") is None


# --- values -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "fact", "grid"),
    [
        (obx(FPG, "7.2", unit="mmol/L"), "fpg", (7200, 7200)),
        (obx("1558-6", "126", unit="mg/dL"), "fpg", (6994, 6994)),
        (obx(FPG, ">^33.3", "SN", "mmol/L"), "fpg", (33301, 80000)),
        (obx(UACR, "<^30", "SN", "mg/g"), "uacr", (0, 2999)),
        (obx(UACR, "<30", "ST", "mg/g"), "uacr", (0, 2999)),
        (obx(UACR, "<=^30", "SN", "mg/g"), "uacr", (0, 3000)),
        (obx(A1C, "=^7.0", "SN", "%"), "hba1c", (700, 700)),
        (obx(A1C, "7.0 %", "ST"), "hba1c", (700, 700)),
        (obx("59261-8", "53", unit="mmol/mol"), "hba1c", (700, 700)),
        (obx(FPG, "7.2", unit="毫摩尔/升"), "fpg", (7200, 7200)),
        (obx("14682-9", "88.4", unit="μmol/L"), "creatinine", (8840, 8840)),
        ("OBX|1|NM|XX^^L^14771-0^^LN||7.2|mmol/L|||||F", "fpg", (7200, 7200)),
        (obx("DE04.50.083.00", "7.0", unit="%", system="DE"), "hba1c", (700, 700)),
    ],
)
def test_numbers_comparisons_and_units(line: str, fact: str, grid: tuple[int, int]) -> None:
    assert known(chart(line), fact) == grid


@pytest.mark.parametrize(
    "line",
    [
        obx(FPG, "high", unit="mmol/L"),
        obx(FPG, "3.9-6.1", unit="mmol/L"),
        obx(FPG, "^3.9^-^6.1", "SN", "mmol/L"),
        obx(FPG, "<>^7", "SN", "mmol/L"),
        obx(FPG, "7.2~7.4", unit="mmol/L"),
        obx(FPG, "7.2^8", unit="mmol/L"),
        obx(FPG, "7,2", unit="mmol/L"),
        obx(FPG, "7.2", unit="furlong"),
        obx(FPG, "阴性", "ST", "mmol/L"),
        obx(FPG, "7.2", "ED", "mmol/L"),
        obx("1558-6", "126"),  # by mass and without a unit: mg/dL and g/L cannot be told apart
        obx(FPG, "7.2", unit="mmol/L", status="P"),
        obx(FPG, "7.2", unit="mmol/L", status="R"),
        obx(FPG, "7.2", unit="mmol/L", status=""),
        obx(FPG, "7.2", unit="mmol/L", status="?"),
        "OBX|1|NM|14771-0^^LN^4548-4^^LN||7.2|mmol/L|||||F",
    ],
)
def test_what_cannot_be_told_is_unknown_with_a_problem(line: str) -> None:
    found = chart(line)
    admitted = pack().admit(found)
    assert admitted.timeline.named()["fpg"] is None and admitted.problems
    assert admitted.timeline.rejected("fpg")  # an older result must not take its place


@pytest.mark.parametrize("value", ["", "-", "未测"])
def test_a_blank_is_unknown_and_told(value: str) -> None:
    found = chart(obx(FPG, value, unit="mmol/L"))
    assert found.readings == () and codes(found) == ["hl7.no_value"]


def test_a_deleted_value_is_unknown_and_no_older_one_stands_in_for_it() -> None:
    found = chart(obx(FPG, '""', unit="mmol/L", at="20250309"), obx(FPG, "5.2", unit="mmol/L", at="20250101"))
    assert codes(found) == ["hl7.no_value"] and known(found, "fpg") is None


def test_two_codes_that_differ_leave_both_facts_unknown() -> None:
    older = obx(FPG, "5.2", unit="mmol/L", at="20250101")
    found = chart("OBX|1|NM|14749-6^^LN^14771-0^^LN||7.8|mmol/L|||||F|||20250309", older)
    assert [known(found, one) for one in ("fpg", "pg_random")] == [None, None]
    assert codes(found) == ["hl7.codes_differ"] * 2


def test_a_name_that_says_another_fact_than_the_code_is_not_believed_and_neither_is_the_code() -> None:
    older = obx(FPG, "5.2", unit="mmol/L", at="20250101")
    found = chart("OBX|1|NM|14771-0^餐后2小时血糖^LN||7.8|mmol/L|||||F|||20250309", older)
    assert [known(found, one) for one in ("fpg", "pg2h_meal")] == [None, None]
    assert codes(found) == ["hl7.name_differs"]
    goal = chart("OBX|1|NM|22748-8^目标低密度脂蛋白胆固醇^LN||1.8|mmol/L|||||F|||20250309")
    assert codes(goal) == ["hl7.name_differs"] and known(goal, "ldl") is None


@pytest.mark.parametrize("name", ["空腹血糖", "*空腹血糖(mmol/L)", "GLU", "葡萄糖", "血糖", "FPG 空腹"])
def test_a_harmless_name_is_not_refused(name: str) -> None:
    found = chart(f"OBX|1|NM|14771-0^{name}^LN||7.8|mmol/L|||||F|||20250309")
    assert codes(found) == [] and facts(found)["fpg"] == ("7.8", "mmol/L")


@pytest.mark.parametrize(("code", "value", "unit", "read"), [
    ("9318-7", "45", "mg/g{creat}", ("45", "mg/g")), ("59261-8", "53", "mmol/mol{Hb}", ("53", "mmol/mol")),
])  # fmt: skip
def test_a_note_in_braces_is_no_part_of_a_unit(code: str, value: str, unit: str, read: tuple[str, str]) -> None:
    found = chart(obx(code, value, unit=unit))
    assert codes(found) == [] and read in facts(found).values()


def test_a_deleted_diagnosis_is_left_out_and_told() -> None:
    deleted = "DG1|1||E11.9^2型糖尿病^I10|||F" + "|" * 15 + "D"
    found = chart(deleted, kind="ADT^A08")
    assert found.readings == () and codes(found) == ["hl7.deleted"]


@pytest.mark.parametrize("status", ["D", "W", "X", "N"])
def test_a_result_that_was_withdrawn_is_left_out(status: str) -> None:
    found = chart(obx(FPG, "7.2", unit="mmol/L", status=status))
    assert found.readings == () and codes(found) == ["hl7.left_out"]


def test_a_corrected_result_counts_and_the_order_may_say_that_all_is_final() -> None:
    assert known(chart(obx(FPG, "7.2", unit="mmol/L", status="C")), "fpg") == (7200, 7200)
    order = f"OBR{'|' * 25}F"
    assert known(chart(order, obx(FPG, "7.2", unit="mmol/L", status="")), "fpg") == (7200, 7200)


def test_capillary_blood_never_diagnoses() -> None:
    order = f"OBR{'|' * 15}BLDC^Blood capillary"
    found = chart(order, obx(FPG, "7.2", unit="mmol/L"))
    assert known(found, "fpg") is None and known(found, "pg_capillary") == (7200, 7200)


@pytest.mark.parametrize("said", ["BLDC", "BLDC^Capillary blood^HL70487", "^末梢血", "^^^^Finger stick"])
def test_the_specimen_follows_its_results_and_is_of_its_own_order(said: str) -> None:
    drop, vein = obx(FPG, "7.2", unit="mmol/L", at="20250301"), obx(FPG, "6.0", unit="mmol/L", at="20250310")
    found = chart("OBR|1", drop, f"SPM|1|||{said}", "OBR|2", vein, "SPM|2|||SER^Serum")
    assert known(found, "pg_capillary") == (7200, 7200) and known(found, "fpg") == (6000, 6000)
    before = chart(f"SPM|1|||{said}", "OBR|1", drop)
    assert known(before, "pg_capillary") == (7200, 7200) and known(before, "fpg") is None


@pytest.mark.parametrize(
    "said",
    ["SPM|1|||UR", "SPM|1|||X^Urine, random", "SPM|1|||^脑脊液", "SPM|1|||CSF", "SPM|1|||X^Cerebral spinal fluid"],
)
def test_what_cannot_be_of_its_specimen_is_not_known(said: str) -> None:
    found = chart("OBR|1", obx(FPG, "7.2", unit="mmol/L"), said)
    assert known(found, "fpg") is None and codes(found) == ["chinese.sample_differs"]
    for other in ("SER^Serum, pre-dialysis", "WB^Whole blood during fasting"):
        assert known(chart("OBR|1", obx(FPG, "7.2", unit="mmol/L"), f"SPM|1|||{other}"), "fpg") == (7200, 7200)
    assert facts(chart("OBR|1", obx(BP, "190/100", "ST", "mmHg"), said))["sbp_office"] == ("190", "mmHg")
    ratio = chart("OBR|1", obx("9318-7", "35", unit="mg/g"), "SPM|1|||UR^Urine")
    assert known(ratio, "uacr") is not None and not codes(ratio)


def test_a_pressure_in_one_text_is_both_or_neither() -> None:
    assert facts(chart(obx(BP, "156/92", "ST", "mmHg"))) == {
        "sbp_office": ("156", "mmHg"),
        "dbp_office": ("92", "mmHg"),
    }
    half = chart(obx(BP, "156", "ST", "mmHg"))
    assert known(half, "sbp_office") is None and known(half, "dbp_office") is None
    assert chart(obx(BP, "", "ST")).readings == ()


def test_codes_nobody_knows_and_codes_set_aside_are_mentioned() -> None:
    found = chart(obx("XYZ", "1", system="L"), obx("XYZ", "2", system="L"), obx("86911-5", "2.6", unit="mmol/L"))
    assert found.readings == () and codes(found) == ["terms.unknown_code", "terms.set_aside"]


def test_times_come_from_the_result_then_from_the_order() -> None:
    order = "OBR|1||||||202503091530"
    found = chart(
        order,
        obx(FPG, "7.2", unit="mmol/L"),
        obx(A1C, "7", unit="%", at="20250301120000+0800"),
        obx(LDL, "3", unit="mmol/L", at="x"),
    )
    assert [one.at for one in found.readings] == ["2025-03-09T15:30", "2025-03-01T12:00+08:00", None]
    assert codes(found) == ["hl7.bad_time"]


# --- who, and which diagnoses -----------------------------------------------------------------------------------------
def test_the_person_of_an_admission() -> None:
    pid = f"PID|1||M7^^^H^MR~{WOMAN}^^^^NI||张^三||19491231|F"
    found = chart("DG1|1||I10.x00x031^高血压^I10", kind="ADT^A01", pid=pid)
    assert found.id == "M7" and WOMAN not in repr(found) and "张" not in repr(found)
    assert facts(found) == {"sex": ("female", None), "birth_date": ("1949-12-31", None), "hypertension": (True, None)}


def test_a_number_against_the_record_leaves_both_unknown() -> None:
    found = chart(kind="ADT^A08", pid=f"PID|1||{WOMAN}||||19600101|M")
    assert found.readings == () and found.id is None
    assert codes(found) == ["chinese.identity_differs", "chinese.identity_differs"]


@pytest.mark.parametrize(("kind", "value"), [("F", True), ("", True), ("A", "unknown"), ("W", "unknown")])
def test_a_working_diagnosis_is_not_sure(kind: str, value: Any) -> None:
    found = chart(f"DG1|1||E11.900^^ICD10|||{kind}", kind="ADT^A01")
    assert facts(found)["t2dm"] == (value, None)


@pytest.mark.parametrize("words", ["高血压待查", "高血压？", "疑似高血压"])
def test_a_suspicion_is_not_sure_whatever_its_code(words: str) -> None:
    found = chart(f"DG1|1||I10^{words}^I10|||F", kind="ADT^A01")
    assert facts(found)["hypertension"] == ("unknown", None)


def test_a_refusal_names_the_file() -> None:
    with pytest.raises(SangaoError) as caught:
        read("MSH|^^^^|LIS", file="a.hl7")
    assert [str(one.where) for one in caught.value.problems] == ["a.hl7"]


def test_diagnoses_deliver_no_list() -> None:
    found = chart("DG1|1||Q99^^ICD10|||F", "AL1|1||^青霉素", kind="ADT^A04")
    assert found.lists == {} and codes(found) == ["hl7.unknown_condition", "hl7.not_read"]


# --- the hook, and anything at all ------------------------------------------------------------------------------------
def test_other_sources_are_not_ours(tmp_path: Any) -> None:
    for source in ({}, b"{}", "{}", "<a/>", tmp_path / "a.json", 7, None):
        assert read_chart(source=source, on=None) is None
    path = tmp_path / "a.hl7"
    path.write_bytes(b"\x0b" + message(obx(FPG, "7.2", unit="mmol/L")).encode() + b"\x1c\r")
    found = read_chart(source=path, on=None)
    assert found is not None and facts(found) == {"fpg": ("7.2", "mmol/L")}


FIELD = st.sampled_from(
    ["14771-0^^LN", "NM", "SN", "7.2", "<^30", "mmol/L", "F", "P", "", "^~\\&", "\\X", "&&", "~", "é", "1|2"]
)
LINE = st.lists(FIELD | st.text("|^~\\&0.<>\r\n\x0bFÉ", max_size=5), max_size=14).map("|".join)


@given(
    st.lists(
        st.sampled_from(["OBX|", "PID|", "OBR|", "DG1|", "ZZZ|", ""]).flatmap(lambda a: LINE.map(lambda b: a + b)),
        max_size=5,
    )
)
def test_any_message_is_read_or_refused_and_is_never_normal_by_itself(lines: list[str]) -> None:
    text = message(*lines, charset="UNICODE UTF-8")
    for source in (text, text.encode("utf-8")):
        try:
            found = read(source)
        except SangaoError as error:
            assert error.problems[0].code.startswith("hl7.")
            continue
        for one in found.readings:
            if one.fact == "fpg" and isinstance(one.value, str) and one.value != "no value":
                assert one.value.replace("<=", "<") in text.replace("^", "").replace("=", "") or one.value == "unknown"
        pack().admit(found)


@given(st.binary(max_size=200).map(lambda data: b"MSH|^~\\&|" + data))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except SangaoError as error:
        assert error.problems[0].code.startswith("hl7.")
