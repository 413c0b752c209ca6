"""Tokens: what is refused first, then what is accepted, once; keys are real and made here."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sangao.adapters.journal.turns import turn
from sangao.adapters.service.keys import Keys
from sangao.adapters.service.replays import SeenHere, SeenInFile
from sangao.adapters.service.settings import Issuer, Jwt, Settings, read_settings
from sangao.adapters.service.tokens import keys_of
from sangao.engine.errors import SangaoError
from tests.adapters.service.hosted import BASE, PERSON, SMALL, Client, call, hosted, problems

ISS = "https://ehr.example.org/"
HERE = "/cds-services"
PATH = f"{HERE}/diagnosis-correctness"
ALGORITHMS = ("ES384", "RS384")
Json = dict[str, Any]

EC = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(65537, 2048)
WEAK = rsa.generate_private_key(65537, 1024)  # weak on purpose
P256 = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP384R1())


def public(key: Any, kid: str) -> Json:
    """Return the public half as a JWK."""
    kind = jwt.get_algorithm_by_name("RS384" if isinstance(key, rsa.RSAPrivateKey) else "ES384")
    if key is P256:
        kind = jwt.get_algorithm_by_name("ES256")
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": kid}


SET = {"keys": [public(EC, "ec"), public(RSA, "rsa")]}


def token(key: Any = EC, alg: str = "ES384", head: Json | None = None, **changes: Any) -> str:
    """Return a token that holds but for what is changed; `...` takes a claim away."""
    now = int(time.time())
    claims = {"iss": ISS, "aud": BASE + PATH, "exp": now + 300, "iat": now, "jti": str(uuid4()), **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    header = {"kid": "ec" if alg == "ES384" else "rsa", "typ": "JWT", **(head or {})}
    return jwt.encode(claims, key, alg, headers={name: value for name, value in header.items() if value is not ...})


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("door")
    (folder / "keys.json").write_text(json.dumps(SET), encoding="utf-8")
    (folder / "service.toml").write_text(
        f"""
[journal]
url = "none"
[packs]
default = "{SMALL}"
[jwt]
required = true
[[jwt.issuers]]
iss = "{ISS}"
keys_file = "{folder / "keys.json"}"
jku = "https://ehr.example.org/keys"
tenants = ["linqu"]
""",
        encoding="utf-8",
    )
    return read_settings(folder / "service.toml", {})


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Client]:
    with hosted(settings) as one:
        yield one


def asked(client: Client, text: str | None, path: str = PATH) -> httpx.Response:
    headers = {} if text is None else bearer(text)
    return client.post(path, json=call(prefetch={"patient": PERSON}), headers=headers)


def refused(client: Client, text: str | None, words: str) -> None:
    answer = asked(client, text)
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert words in answer.text and "cards" not in answer.json()
    assert problems(answer)[0] in ("service.no_token", "service.bad_token")


# --- refused ----------------------------------------------------------------------------------------------------------
def test_no_token_and_what_is_none(client: Client) -> None:
    refused(client, None, "there is no token")
    for header in ("Basic abc", "Bearer", "Bearer  ", "abc"):
        answer = client.post(PATH, json=call(), headers={"Authorization": header})
        assert answer.status_code == 401 and problems(answer) == ["service.no_token"]
    for text in ("a", "a.b", "a.b.c", "....", "e30.e30.e30", "[].[].x", "x" * 20_000, "e30=.e30.", "WzFd.WzFd.WzFd"):
        refused(client, text, "")


def test_every_route_about_patients_asks_for_one_and_those_of_operators_do_not(client: Client) -> None:
    assert client.get(HERE).status_code == 401
    assert client.post(f"{PATH}/feedback", json={"feedback": []}).status_code == 401
    assert client.post(f"{HERE}/unknown", json={}).status_code == 401
    assert [client.get(path).status_code for path in ("/health", "/ready", "/metrics")] == [200, 200, 200]


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS384", "HS512", "ES256", "RS256", "PS384", "EdDSA"])
def test_other_algorithms_are_refused_before_a_key_is_looked_for(client: Client, alg: str) -> None:
    head, payload, signature = token().split(".")
    import base64

    header = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": "ec", "typ": "JWT"}).encode()).decode().rstrip("=")
    refused(client, f"{header}.{payload}.{signature}", "only ES384 and RS384")
    refused(client, f"{header}.{payload}.", "only ES384 and RS384")
    assert head


def test_a_public_key_used_as_a_shared_secret_is_refused(client: Client) -> None:
    import hashlib
    import hmac

    from jwt.utils import base64url_encode

    signing = base64url_encode(b'{"alg":"HS384","kid":"rsa","typ":"JWT"}') + b"." + token().split(".")[1].encode()
    mac = hmac.new(json.dumps(SET["keys"][1]).encode(), signing, hashlib.sha384).digest()
    refused(client, (signing + b"." + base64url_encode(mac)).decode(), "only ES384 and RS384")


CASES: list[tuple[str, Callable[[], str]]] = [
    ("its signature does not hold", lambda: token(STRANGER)),
    ("its signature does not hold", lambda: token()[:-8] + "AAAAAAAA"),
    ("no key of the issuer has its kid", lambda: token(head={"kid": "other"})),
    ("no key of the issuer has its kid", lambda: token(RSA, "RS384", {"kid": "ec"})),
    ("lacks kid", lambda: token(head={"kid": ...})),
    ("typ is not JWT", lambda: token(head={"typ": "at+jwt"})),
    ("typ is not JWT", lambda: token(head={"crit": ["b64"], "b64": True})),
    ("its jku is not the address", lambda: token(head={"jku": "https://evil.example.org/keys"})),
    ("its issuer is not on the list", lambda: token(iss="https://evil.example.org/")),
    ("it has expired", lambda: token(exp=int(time.time()) - 60, iat=int(time.time()) - 120)),
    ("issued in the future", lambda: token(iat=int(time.time()) + 600, exp=int(time.time()) + 900)),
    ("valid for too long", lambda: token(exp=int(time.time()) + 90_000)),
    ("its audience is not the address", lambda: token(aud="https://other.example.org" + PATH)),
    ("its audience is not the address", lambda: token(aud=BASE + HERE)),
    ("its audience is not the address", lambda: token(aud=BASE + PATH + "/")),
    ("its audience is not the address", lambda: token(aud=["https://x.example.org"])),
    ("lacks iss, aud, exp, iat or jti", lambda: token(aud=...)),
    ("lacks iss, aud, exp, iat or jti", lambda: token(exp=...)),
    ("lacks iss, aud, exp, iat or jti", lambda: token(iat=...)),
    ("lacks iss, aud, exp, iat or jti", lambda: token(jti=...)),
    ("lacks iss, aud, exp, iat or jti", lambda: token(jti="")),
    ("lacks iss, aud, exp, iat or jti", lambda: token(iss=...)),
    ("lacks iss, aud, exp, iat or jti", lambda: token(jti="x" * 600)),
]


@pytest.mark.parametrize(("words", "make"), CASES, ids=range(len(CASES)))
def test_a_token_that_does_not_hold_is_refused_with_the_reason(
    client: Client, words: str, make: Callable[[], str]
) -> None:
    refused(client, make(), words)


@pytest.mark.parametrize("claim", [{"exp": "soon"}, {"exp": True}, {"iat": []}, {"jti": 7}, {"exp": 1e400}, {"aud": 7}])
def test_claims_of_another_kind_are_refused(client: Client, claim: Json) -> None:
    assert asked(client, token(**claim)).status_code == 401


# --- accepted ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384")])
def test_a_token_that_holds_is_taken_once(client: Client, key: Any, alg: str) -> None:
    text = token(key, alg, {"jku": "https://ehr.example.org/keys"}, aud=["https://x.example.org", BASE + PATH])
    assert asked(client, text).status_code == 200
    refused(client, text, "it was used before")


def test_a_token_for_discovery_and_for_feedback(client: Client) -> None:
    assert client.get(HERE, headers=bearer(token(aud=BASE + HERE))).status_code == 200
    for path in (PATH, f"{PATH}/feedback"):  # the standard speaks of the service endpoint, clients of either
        answer = client.post(f"{PATH}/feedback", json={"feedback": []}, headers=bearer(token(aud=BASE + path)))
        assert answer.status_code == 400 and problems(answer) == ["service.bad_request"]


def test_one_jti_of_two_issuers_is_two_tokens() -> None:
    seen = SeenHere()
    assert seen.first("a", "1", time.time() + 60) and seen.first("b", "1", time.time() + 60)
    assert not seen.first("a", "1", time.time() + 60)
    assert seen.first("ab", "c", time.time() + 60) and seen.first("a", "bc", time.time() + 60)


def test_a_full_memory_takes_nothing_new_and_forgets_what_is_over() -> None:
    seen = SeenHere(most=2)
    assert seen.first("a", "1", time.time() - 1) and seen.first("a", "2", time.time() + 60)
    assert seen.first("a", "3", time.time() + 60)
    assert not seen.first("a", "4", time.time() + 60)


def test_workers_that_share_a_file_know_of_each_other(tmp_path: Path) -> None:
    one, other = SeenInFile(tmp_path / "seen.db"), SeenInFile(tmp_path / "seen.db")
    assert one.first("a", "1", time.time() + 60) and not other.first("a", "1", time.time() + 60)
    assert other.first("a", "2", time.time() - 60) and not one.first("a", "2", time.time() + 60)
    one.close()
    again = SeenInFile(tmp_path / "seen.db")  # a restart forgets only what has expired
    assert not again.first("a", "1", time.time() + 60) and again.first("a", "2", time.time() + 60)
    other.close(), again.close()


def test_workers_that_start_together_wait_for_one_that_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    making = sqlite3.connect(path, isolation_level=None)
    with ThreadPoolExecutor(1) as pool:
        with turn(path):
            making.execute("BEGIN IMMEDIATE")
            opened = pool.submit(SeenInFile, path)
            with pytest.raises(TimeoutError):
                opened.result(0.3)
            making.execute("COMMIT")
        seen = opened.result(30)
    assert seen.first("a", "1", time.time() + 60)
    making.close(), seen.close()


@pytest.mark.parametrize("made", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"no database" * 99)])
def test_a_file_that_cannot_be_used_is_told_when_the_service_starts(
    made: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "seen.db"
    made(path)
    with pytest.raises(SangaoError) as told:
        SeenInFile(path)
    assert [one.code for one in told.value.problems] == ["host.unwritable"]


def test_the_tenant_is_believed_only_where_the_issuer_may_speak_for_it() -> None:
    from sangao.adapters.service.tokens import claimed, proved

    said = claimed(token(tenant="linqu"), ALGORITHMS)
    key = keys_of(SET, ALGORITHMS)["ec", "ES384"]
    for issuer, tenant in (
        (Issuer(ISS), None),
        (Issuer(ISS, tenants=("linqu",)), "linqu"),
        (Issuer(ISS, tenants=("other",)), None),
        (Issuer(ISS, tenant="own"), "own"),
    ):
        assert proved(said, issuer, key, [BASE + PATH], 30, 3600).tenant == tenant


# --- keys -------------------------------------------------------------------------------------------------------------
def test_only_sound_keys_for_signatures_are_used() -> None:
    rows = [
        public(EC, "good"),
        {**public(EC, "encryption"), "use": "enc"},
        {**public(EC, "other algorithm"), "alg": "ES256"},
        public(P256, "other curve"),
        public(WEAK, "too short"),
        {**public(EC, "x"), "kid": 7},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "EC", "kid": "broken", "crv": "P-384", "x": "AA", "y": "AA"},
        "nothing",
    ]
    assert list(keys_of({"keys": rows}, ALGORITHMS)) == [("good", "ES384")]
    assert keys_of({"keys": {}}, ALGORITHMS) == {} == keys_of({}, ALGORITHMS)


def test_keys_are_fetched_from_the_address_on_the_list_and_kept_while_it_does_not_answer() -> None:
    import anyio

    asked_for: list[str] = []
    answers: list[httpx.Response] = []

    def served(request: httpx.Request) -> httpx.Response:
        asked_for.append(str(request.url))
        return answers.pop(0)

    async def run() -> None:
        client = httpx.AsyncClient(transport=httpx.MockTransport(served))
        keys = Keys(Issuer(ISS, jku="https://ehr.example.org/keys"), ALGORITHMS, client)
        answers.append(httpx.Response(302, headers={"Location": "http://169.254.169.254/"}))
        assert await keys.key("ec", "ES384") is None  # a redirect is not followed
        keys._asked = -1e9
        answers.append(httpx.Response(200, json=SET))
        assert await keys.key("ec", "ES384") is not None
        assert await keys.key("unknown", "ES384") is None  # not asked again at once
        keys._asked = -1e9
        answers.append(httpx.Response(500))
        assert await keys.key("ec", "ES384") is not None
        keys._asked = -1e9
        answers.append(httpx.Response(200, content=b"x" * 300_000))
        assert await keys.key("ec", "ES384") is not None
        assert set(asked_for) == {"https://ehr.example.org/keys"} and len(asked_for) == 4

    anyio.run(run)


def test_keys_that_cannot_be_read_stop_the_service(tmp_path: Path) -> None:
    with pytest.raises(SangaoError, match=r"host\.unreadable"):
        Keys(Issuer(ISS, keys_file=str(tmp_path / "none.json")), ALGORITHMS)
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SangaoError, match=r"service\.issuer_without_keys"):
        Keys(Issuer(ISS, keys_file=str(tmp_path / "empty.json")), ALGORITHMS)
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(SangaoError, match=r"host\.not_json"):
        Keys(Issuer(ISS, keys_file=str(tmp_path / "broken.json")), ALGORITHMS)


def test_a_token_may_be_optional_but_a_wrong_one_is_never_ignored() -> None:
    rules = Jwt(required=False, issuers=(Issuer(ISS, keys=tuple(SET["keys"])),))
    base = read_settings(None, {"SANGAO_JOURNAL_URL": "none", "SANGAO_PACKS_DEFAULT": SMALL})
    with hosted(Settings(jwt=rules, tables=base.tables)) as one:
        assert asked(one, None).status_code == 200
        assert asked(one, token(STRANGER)).status_code == 401
        assert asked(one, token()).status_code == 200


def test_while_used_tokens_cannot_be_looked_up_nobody_comes_in(settings: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    gone = SeenInFile(tmp_path / "seen.db")
    rules = replace(settings.jwt, seen_file=str(tmp_path / "seen.db"))
    with hosted(replace(settings, jwt=rules)) as one:
        gone._file.execute("DROP TABLE seen")
        answer = asked(one, token())
        assert answer.status_code == 503 and problems(answer) == ["service.tokens_unknown"]
    gone.close()
