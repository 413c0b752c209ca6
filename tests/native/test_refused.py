"""libsangao: what is no pack, no argument or no decision of a program gives an error code and words."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from sangao.engine.pack import canon, ir
from sangao.engine.run import library
from tests.laws.columns import LONG
from tests.native import hosted
from tests.native.clinic import clinic
from tests.native.hosted import Hosted, ffi, lib, needs_library, opened, pack, rehashed, text

pytestmark = needs_library
CODES = {
    "unreadable": 1,
    "not a pack": 2,
    "newer": 3,
    "damaged": 4,
    "no program": 5,
    "argument": 7,
    "refused": 8,
    "older": 9,
}


def refusal(data: bytes) -> tuple[int, str]:
    with pytest.raises(ValueError) as found:
        Hosted(data)
    code, words = found.value.args
    assert words.startswith(text(lib().sangao_code_text(code)))
    return code, words


def test_what_is_no_pack_is_refused_in_words() -> None:
    asked = pack("htn_guideline_2024")
    data = hosted.saved(asked)
    program = canon.sections(data)["program"]
    assert refusal(b"")[0] == refusal(b"PK\3\4" * 20)[0] == CODES["not a pack"]
    assert refusal(data[:8] + b"\x63\0\0\0" + data[12:])[0] == CODES["newer"]
    assert refusal(data[:8] + b"\1\0\0\0" + data[12:])[0] == CODES["older"]
    assert refusal(canon.dumps(asked.compiled))[0] == CODES["no program"]
    assert "sangao build" in refusal(canon.dumps(asked.compiled))[1]
    assert refusal(data[:12] + b"\xff" * 4 + data[16:])[0] == CODES["damaged"]
    assert all(refusal(data[:size])[0] in (2, 4) for size in range(0, len(data), 29_989))
    assert "was changed" in refusal(data[:-1] + bytes([data[-1] ^ 1]))[1]
    other = library.dumps(asked.compiled, pack("lipid_2023").hash, asked.decisions)
    assert "another pack" in refusal(rehashed(other))[1]
    assert refusal(rehashed(program[:8] + b"\2\0\0\0" + program[12:]))[0] == CODES["newer"]
    assert refusal(rehashed(program + b"\0"))[0] == CODES["damaged"]


def test_a_damaged_program_with_the_right_hash_is_refused_or_harmless() -> None:
    asked = pack("htn_guideline_2024")
    data, random = hosted.saved(asked), Random(11)
    program = canon.sections(data)["program"]
    refused = 0
    for round in range(4_000 if LONG else 250):
        wrong = bytearray(program)
        at = random.randrange(200 if round % 3 == 0 else 40_000 if round % 3 == 1 else len(wrong))
        wrong[at] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
        try:
            here = Hosted(rehashed(bytes(wrong)))
        except ValueError as error:
            assert error.args[0] in (CODES["newer"], CODES["damaged"])
            refused += 1
        else:
            here.decide([(0, 1)] * len(here.inputs))
    assert refused > 50


def test_a_file_that_is_not_there_and_one_that_is(tmp_path: Path) -> None:
    why, out = ffi.new("sangao_why *"), ffi.new("sangao_pack **")
    assert lib().sangao_pack_open(str(tmp_path / "none.sangao").encode(), out, why) == CODES["unreadable"]
    assert "none.sangao" in text(why.text) and out[0] == ffi.NULL
    assert lib().sangao_pack_open(str(tmp_path).encode(), out, why) == CODES["unreadable"]
    path = tmp_path / "高血压.sangao"
    path.write_bytes(hosted.saved(pack("htn_guideline_2024")))
    assert lib().sangao_pack_open(str(path).encode(), out, ffi.NULL) == 0
    lib().sangao_pack_close(out[0])
    lib().sangao_pack_close(ffi.NULL)


def test_arguments_that_make_no_sense_are_refused_in_words() -> None:
    here, why = opened("htn_guideline_2024"), ffi.new("sangao_why *")
    c, many = lib(), len(here.inputs)
    values, states = ffi.new("int32_t[]", many), ffi.new("uint8_t[]", many)
    answers = ffi.new("sangao_answer[]", len(here.decisions))
    wrong = ffi.new("int32_t[]", [len(here.decisions)])
    assert c.sangao_decide(ffi.NULL, values, states, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, ffi.NULL, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, states, wrong, 1, answers, ffi.NULL, why) == CODES["argument"]
    assert c.sangao_decide(here.pack, values, states, wrong, -1, answers, ffi.NULL, why) == CODES["argument"]
    states[3] = 3
    assert c.sangao_decide(here.pack, values, states, ffi.NULL, 0, answers, ffi.NULL, why) == CODES["argument"]
    assert text(here.inputs[3].id) in text(why.text)
    out = ffi.new("sangao_answers *")
    columns = ffi.new("sangao_column[]", 2)

    def stratify(given: int = 1, asked: int = 1, rows: int = 1) -> int:
        return int(c.sangao_stratify(here.pack, columns, given, out, asked, rows, why))

    columns[0].values = columns[1].values = values
    assert stratify() == 0, "nothing that is given or wanted need be there"
    assert stratify(rows=-1) == stratify(given=-1) == stratify(asked=-1) == CODES["argument"]
    assert stratify(given=2) == CODES["argument"] and "two columns" in text(why.text)
    columns[0].input = many
    assert stratify() == CODES["argument"]
    columns[0].input = 0
    columns[0].values = ffi.cast("int32_t *", ffi.cast("char *", values) + 1)
    assert stratify() == CODES["argument"] and "aligned" in text(why.text)
    columns[0].values = ffi.NULL
    assert stratify() == CODES["argument"] and stratify(rows=0) == 0
    assert c.sangao_input_at(here.pack, -1) == c.sangao_decision_at(here.pack, 10**6) == ffi.NULL
    assert c.sangao_input_find(here.pack, b"no_such") == c.sangao_decision_find(here.pack, ffi.NULL) == -1
    assert text(c.sangao_code_text(-5)) and text(c.sangao_code_text(99))


def test_a_decision_that_the_program_does_not_hold_is_named_with_its_reason() -> None:
    asked = pack("htn_guideline_2024")
    of = library.embed(asked.compiled, asked.decisions)
    less = replace(of, flat=replace(of.flat, refused={"htn.grade": "too wide"}))
    section = library.section(asked.compiled, asked.hash, less)
    here = Hosted(canon.dumps(asked.compiled, {"program": section}))
    at = of.decisions.index("htn.grade")
    assert [text(one.refused) for one in here.decisions if text(one.refused)] == ["too wide"]
    assert here.decide([(0, 0)] * len(of.inputs))[0][at] == (2, *[hosted.NONE] * 3, 0)
    answer, why = ffi.new("sangao_answer *"), ffi.new("sangao_why *")
    values, states = ffi.new("int32_t[]", len(of.inputs)), ffi.new("uint8_t[]", len(of.inputs))
    code = lib().sangao_decide(here.pack, values, states, ffi.new("int32_t[]", [at]), 1, answer, ffi.NULL, why)
    assert code == CODES["refused"] and "htn.grade: too wide" in text(why.text)


def test_what_is_too_wide_for_a_host_is_refused_by_name() -> None:
    small = clinic()
    codes = tuple(f"c{i}" for i in range(300))
    sex = replace(small.dictionary.facts["sex"], values=codes)
    leaf = replace(small.leaves["sex"], values=codes)
    items = ir.Criteria(tuple(ir.Item(f"i{i}", ir.Read("heart")) for i in range(64)))
    many = ir.Decision("many", ir.Outcome("set", tuple(f"i{i}" for i in range(64))), items, ("heart",))
    wide = replace(
        small,
        dictionary=replace(small.dictionary, facts={**small.dictionary.facts, "sex": sex}),
        leaves={**small.leaves, "sex": leaf},
        decisions={**small.decisions, "many": many},
        guards={},
    )
    of = library.embed(wide, ["bmi", "sex", "many"])
    assert of.flat.refused == {"sex": "sex: more than 255 codes", "many": "more than 63 items"}
    assert of.decisions == ("bmi", "sex", "many") and [one.id for one in of.inputs] == ["weight", "height", "bmi"]
