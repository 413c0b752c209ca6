"""XML from outside: what real systems write is read, what attackers write is refused at once."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangao.adapters.chinese import safexml
from sangao.adapters.chinese.safexml import parse
from sangao.engine.errors import SangaoError


def code(source: bytes | str) -> str:
    with pytest.raises(SangaoError) as raised:
        parse(source)
    assert raised.value.usage
    return raised.value.problems[0].code


@pytest.mark.parametrize(
    "source",
    [
        '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<!DOCTYPE lolz ["
        + "".join(f'<!ENTITY l{i} "{"&l" + str(i - 1) + ";" if i else "lol"}">' for i in range(9))
        + "]><a>&l8;</a>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://example.org/p'> %p;]><a/>",
    ],
)
def test_document_types_and_entities_are_refused(source: str) -> None:
    assert code(source) == "chinese.xml_forbidden"


@pytest.mark.parametrize(
    "source", ["", " ", "<a>", "<a></b>", "<a/><b/>", "<a>\x00</a>", "<a>&nope;</a>", "{}", "<a b=1/>", "\ud800"]
)
def test_what_is_no_whole_xml_is_refused(source: str) -> None:
    assert code(source) == "chinese.not_xml"


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code("<a>" * 100_000) == "chinese.xml_too_deep"
    monkeypatch.setattr(safexml, "MOST_NODES", 1000)
    assert code("<a>" + "<b/>" * 1001 + "</a>") == "chinese.xml_too_large"
    monkeypatch.setattr(safexml, "LARGEST", 1000)
    assert code(b"<a>" + b" " * 1000 + b"</a>") == "chinese.xml_too_large"


def test_mixed_content_costs_no_more_than_its_length() -> None:
    begun = time.perf_counter()
    root = parse("<a>" + "x<b/>" * 100_000 + "</a>")
    assert len(root.text) == 100_000 and time.perf_counter() - begun < 5


@pytest.mark.parametrize("declared", ["GBK", "gb2312", "GB18030", "utf-8", "UTF-16"])
def test_the_declared_encoding_is_read(declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><a b="血压"/>'
    assert parse(text.encode(declared)).get("b") == "血压"
    assert parse(text).get("b") == "血压"


def test_gbk_that_calls_itself_utf8_is_read_and_bytes_of_nothing_are_not() -> None:
    assert (
        parse('<?xml version="1.0" encoding="UTF-8"?><a b="舒张压与收缩压"/>'.encode("gbk")).get("b")
        == "舒张压与收缩压"
    )
    assert parse('<a b="舒张压与收缩压"/>'.encode("gbk")).get("b") == "舒张压与收缩压"
    assert code(b'<a b="\xff\xff\xff"/>') == "chinese.xml_encoding"
    assert code(b'<?xml version="1.0" encoding="hex"?><a/>') == "chinese.xml_encoding"


def test_prefixes_fall_away_declared_or_not() -> None:
    root = parse('<x:a><y:b type:xsi="PQ"/><b xsi:type="CD" type="own"/></x:a>')
    assert root.tag == "a" and [one.get("type") for one in root.children] == ["PQ", "own"]


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_input_is_parsed_or_refused(source: bytes | str) -> None:
    try:
        parse(source)
    except SangaoError as error:
        assert error.problems[0].code.startswith("chinese.")
