"""Pages from signed links: what stands on them, who may open them, and for how long."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangao.adapters.journal.log import Journal
from sangao.adapters.service.links import Link, Signer, signer
from sangao.engine.errors import SangaoError
from tests.adapters.service.hosted import Client, hosted, settings_of

KEY = "k" * 32
CHART = {
    "on": "2026-03-09",
    "patient": {"id": "王某某", "sex": "male"},
    "facts": {"sbp_office": "182 mmHg", "dbp_office": 112, "age": 63, "<script>": 1},
    "conditions": ["hypertension"],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where the log of the service stands."""
    return str(tmp_path_factory.mktemp("log") / "log.db")


@pytest.fixture(scope="module")
def client(place: str) -> Iterator[Client]:
    """Return a service with a log and a key for links."""
    with hosted(journal_url=place, page_key=KEY) as one:
        yield one


def link(client: Client, **more: Any) -> str:
    answer = client.post("/api/v1/page", json={"chart": CHART, **more})
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url


def changed(url: str, **parts: str) -> str:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
    return "/page?" + urlencode({**query, **parts})


def test_an_old_browser_reads_the_page_without_script(client: Client) -> None:
    answer = client.get(link(client))
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = answer.text
    assert "charset=utf-8" in page[:300] and "<script" not in page.lower()
    assert not re.search("(src|href|action)=", page), "nothing is fetched from anywhere"
    assert "判断" in page and "建议" in page and "有 1 项资料不在规则包的项目中" in page
    assert "王某某" not in page, "the page names nobody"
    assert (
        answer.headers["Cache-Control"] == "no-store"
        and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    )


def test_what_is_urgent_stands_first_and_what_is_open_is_said_to_be_open(client: Client) -> None:
    page = client.get(link(client)).text
    heads = re.findall("<h2>(.*?)</h2>", page)
    assert heads[0] in ("立即处理", "尚未排除，请先确认") and heads.index("判断") < heads.index("建议")
    empty = client.post("/api/v1/page", json={"chart": {}}).json()["url"]
    page = client.get(empty).text
    judged = page.split("<h2>判断</h2>")[1].split("</table>")[0]
    assert "未知" in judged and "已确定" not in judged


def test_the_page_comes_in_gbk_and_in_english(client: Client) -> None:
    answer = client.get(link(client, charset="gbk"))
    assert answer.headers["Content-Type"] == "text/html; charset=gbk"
    assert "判断" in answer.content.decode("gbk") and b"charset=gbk" in answer.content[:300]
    assert "Judged" in client.get(link(client, lang="en")).text


def test_only_the_decisions_named_are_shown(client: Client) -> None:
    page = client.get(link(client, decisions=["htn.grade"])).text
    assert "3级" in page and "建议" not in re.findall("<h2>(.*?)</h2>", page)


def test_the_page_shows_what_was_logged(client: Client, place: str) -> None:
    answer = client.post("/api/v1/page", json={"chart": CHART}).json()
    with Journal.open(place) as journal:
        assert journal.entry(answer["entry"]).draft.service == "api/page"
    assert f"ref={answer['entry']}" in answer["url"]


@pytest.mark.parametrize(
    "parts",
    [
        {"ref": "another"},
        {"tenant": "another"},
        {"until": "99999999999"},
        {"lang": "en"},
        {"charset": "gbk"},
        {"sign": ""},
    ],
    ids=str,
)
def test_a_link_that_was_changed_does_not_open(client: Client, parts: dict[str, str]) -> None:
    url = link(client)
    assert client.get(url).status_code == 200
    answer = client.get(changed(url, **parts))
    assert answer.status_code == 403 and "text/html" in answer.headers["Content-Type"]
    assert ("链接无效" in answer.text or "not valid" in answer.text) or "charset=gbk" in answer.headers["Content-Type"]
    assert "3级" not in answer.text


def test_a_link_expires_with_a_page_that_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = link(client, minutes=10)
    monkeypatch.setattr("sangao.adapters.service.page.time", lambda: time() + 540)
    assert client.get(url).status_code == 200
    monkeypatch.setattr("sangao.adapters.service.page.time", lambda: time() + 601)
    answer = client.get(url)
    assert answer.status_code == 410 and "链接已过期" in answer.text and "回到原系统" in answer.text


def test_an_answer_that_was_removed_is_said_to_be_gone(client: Client) -> None:
    query = Signer([KEY.encode()]).query(Link("nobody", "", int(time()) + 60))
    answer = client.get(f"/page?{query}")
    assert answer.status_code == 404 and "找不到这份判断" in answer.text


def test_a_link_of_one_tenant_does_not_open_the_entry_of_another(client: Client) -> None:
    entry = client.post("/api/v1/page", json={"chart": CHART}).json()["entry"]
    query = Signer([KEY.encode()]).query(Link(entry, "another", int(time()) + 60))
    assert client.get(f"/page?{query}").status_code == 404


def test_where_only_hashes_are_kept_no_link_is_made(tmp_path: Path) -> None:
    with hosted(journal_url=str(tmp_path / "log.db"), journal_keep="hash", page_key=KEY) as client:
        answer = client.post("/api/v1/page", json={"chart": CHART})
        assert answer.status_code == 409 and answer.json()["problems"][0]["code"] == "api.no_facts"
        assert client.post("/api/v1/decide", json={"chart": CHART}).status_code == 200
    stored = b"".join(one.read_bytes() for one in tmp_path.glob("log.db"))
    assert not re.search(rb"(?<![0-9a-f])182(?![0-9a-f])", stored)  # hashes hold any digits


# --- signatures -------------------------------------------------------------------------------------------------------
TEXT = st.text(max_size=20)


@settings(max_examples=25)
@given(st.builds(Link, st.text(min_size=1, max_size=20), TEXT, st.integers(0, 10**11), TEXT, TEXT), st.data())
def test_a_link_opens_as_it_was_signed_and_no_other_does(one: Link, data: st.DataObject) -> None:
    ours = Signer([KEY.encode()])
    try:
        assert ours.opened(ours.link(one), one.expires - 1) == one
    except UnicodeEncodeError:
        return  # half a character: no such link is made
    other = data.draw(st.sampled_from(["reference", "tenant", "lang", "charset"]))
    forged = replace(one, **{other: getattr(one, other) + "x"})
    with pytest.raises(SangaoError, match=r"api\.link_broken"):
        ours.opened({**ours.link(forged), "sign": ours.link(one)["sign"]}, 0)


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(["ref", "tenant", "until", "lang", "charset", "sign"]), TEXT))
def test_any_other_query_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(SangaoError, match=r"api\.link_broken"):
        Signer([KEY.encode()]).opened(query, 0)


def test_keys_are_changed_one_after_the_other() -> None:
    old, new = signer(settings_of(page_key="a" * 32)), signer(settings_of(page_key=f"{'b' * 32},{'a' * 32}"))
    one = Link("a", "", 2_000_000_000)
    assert new.opened(old.link(one), 0) == one
    assert signer(settings_of(page_key="b" * 32)).opened(new.link(one), 0) == one
    with pytest.raises(SangaoError, match=r"api\.link_broken"):
        signer(settings_of(page_key="b" * 32)).opened(old.link(one), 0)


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"page_key": "short"}, "api.weak_page_key"),
        ({"server_workers": "2"}, "api.no_page_key"),
        ({"page_keys": KEY}, "service.unknown_setting"),
    ],
)
def test_settings_that_sign_nothing_are_refused(environment: dict[str, str], code: str) -> None:
    with pytest.raises(SangaoError, match=code.replace(".", r"\.")):
        signer(settings_of(**environment))


def test_without_a_key_each_service_has_its_own() -> None:
    one = Link("a", "", 2_000_000_000)
    first, second = signer(settings_of()), signer(settings_of())
    assert first.opened(first.link(one), 0) == one
    with pytest.raises(SangaoError, match=r"api\.link_broken"):
        second.opened(first.link(one), 0)
