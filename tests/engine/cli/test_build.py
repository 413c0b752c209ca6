"""`sangao build`: one file that Python and libsangao open, whole or not at all."""

from pathlib import Path

from typer.testing import CliRunner

from sangao.adapters import main
from sangao.engine.guide import load
from sangao.engine.pack import canon
from sangao.engine.run import library


def build(*given: str) -> tuple[int, str]:
    done = CliRunner().invoke(main.app(), ["build", *given])
    return done.exit_code, done.output


def test_a_built_pack_is_the_pack_with_a_program_beside_its_meaning(tmp_path: Path) -> None:
    out = tmp_path / "out.sangao"
    code, said = build("htn_guideline_2024", "--out", str(out))
    pack = load("htn_guideline_2024")
    assert code == 0 and pack.hash in said
    assert load(out).hash == pack.hash and load(out).decisions == pack.decisions
    sections = canon.sections(out.read_bytes())
    assert sections["program"] == library.dumps(pack.compiled, pack.hash, pack.decisions)
    assert build(str(out), "--out", str(tmp_path / "again.sangao"))[0] == 0
    assert (tmp_path / "again.sangao").read_bytes() == out.read_bytes()


def test_a_program_may_hold_some_decisions_only(tmp_path: Path) -> None:
    out = tmp_path / "out.sangao"
    assert build("htn_guideline_2024", "--by", "htn.grade", "--by", "htn.risk", "--out", str(out))[0] == 0
    pack = load(out)
    assert "htn.target" in pack.decisions, "the pack itself is whole"
    program = canon.sections(out.read_bytes())["program"]
    assert program == library.dumps(pack.compiled, pack.hash, ["htn.grade", "htn.risk"])


def test_what_cannot_be_built_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "out.sangao"
    code, said = build("htn_guideline_2024", "--by", "htn.grad", "--out", str(out))
    assert code == 2 and "htn.grade" in said
    assert build("no_such_pack", "--out", str(out))[0] == 2
    assert build("htn_guideline_2024", "--out", str(tmp_path / "nowhere" / "out.sangao"))[0] == 2
    assert list(tmp_path.iterdir()) == []
