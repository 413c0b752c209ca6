"""`sangao check`: what a document holds is counted in the language that is asked for."""

from sangao.engine.cli.check import HOLDS, Checked


def test_what_a_document_holds_is_told_in_both_languages() -> None:
    one = Checked("my_folder", "pack", "decisions", 1, 4, ())
    assert one.line(0, "zh") == "my_folder: 判断 1、病例 4、问题 0"
    assert one.line(0, "en") == "my_folder: 1 decisions, 4 cases, 0 problems"


def test_every_kind_of_content_has_its_word() -> None:
    assert set(HOLDS) == {"decisions", "goals", "columns", "sections"}
