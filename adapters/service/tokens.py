"""Tokens of CDS Hooks clients (JWT): what must hold of one before its bearer is believed.

Only signatures by key pairs count (ES384, RS384); `none` and everything with a shared secret are refused before a key
is looked for. The issuer must be on the list, its key among the issuer's own, the audience the address that was called,
the times sound, and a token is taken once.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt

from sangao.adapters.service.curves import quickened
from sangao.adapters.service.settings import Issuer

LONGEST: Final = 16 * 1024  # characters of a token
REQUIRED: Final = ["iss", "aud", "exp", "iat", "jti"]
REASONS: Final = {
    "form": {"zh": "格式不对", "en": "it has not the form of a token"},
    "algorithm": {
        "zh": "签名算法不被接受(只接受 ES384、RS384)",
        "en": "only ES384 and RS384 are taken",
    },
    "header": {"zh": "头部缺少 kid 或 typ 不是 JWT", "en": "its header lacks kid, or typ is not JWT"},
    "claims": {"zh": "缺少 iss、aud、exp、iat 或 jti", "en": "it lacks iss, aud, exp, iat or jti"},
    "issuer": {"zh": "签发方不在允许名单中", "en": "its issuer is not on the list"},
    "jku": {"zh": "jku 与登记的地址不符", "en": "its jku is not the address on the list"},
    "key": {"zh": "找不到对应的公钥", "en": "no key of the issuer has its kid"},
    "signature": {"zh": "签名不符", "en": "its signature does not hold"},
    "audience": {"zh": "受众不是所调用的地址", "en": "its audience is not the address that was called"},
    "expired": {"zh": "已过期", "en": "it has expired"},
    "early": {"zh": "签发时间在将来", "en": "it was issued in the future"},
    "long": {"zh": "有效期过长", "en": "it is valid for too long"},
    "replayed": {"zh": "已被使用过", "en": "it was used before"},
}
"""Why a token is refused, in the words of the answer."""


class BadToken(Exception):
    """A token that is not accepted; `reason` is a key of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token says of itself before anything is believed: enough to look for the key."""

    token: str
    algorithm: str
    kid: str
    jku: str | None
    iss: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What is believed: issuer, the id that makes the token unique, until when it must be remembered, tenant."""

    iss: str
    jti: str
    until: float
    tenant: str | None


def claimed(token: str, algorithms: Sequence[str]) -> Claimed:
    """Return what a token claims. Raises BadToken for its form, its algorithm, its header."""
    if len(token) > LONGEST or token.count(".") != 2:
        raise BadToken("form")
    head, payload, _ = token.split(".")
    header, claims = _object(head), _object(payload)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise BadToken("algorithm")
    kid, kind, jku = header.get("kid"), header.get("typ"), header.get("jku")
    if not isinstance(kid, str) or not kid or not isinstance(kind, str) or kind.upper() != "JWT" or "crit" in header:
        raise BadToken("header")
    if jku is not None and not isinstance(jku, str):
        raise BadToken("jku")
    iss = claims.get("iss")
    if not isinstance(iss, str) or not iss:
        raise BadToken("claims")
    return Claimed(token, algorithm, kid, jku, iss)


def proved(
    said: Claimed, issuer: Issuer, key: jwt.PyJWK, audiences: Sequence[str], leeway: int, longest: int
) -> Proved:
    """Return what a token proves with this key. Raises BadToken; whether it was used before is not known here."""
    try:
        claims = jwt.decode(
            said.token,
            key,
            algorithms=[said.algorithm],
            audience=list(audiences),
            issuer=issuer.iss,
            leeway=leeway,
            options={"require": REQUIRED, "verify_iat": True, "verify_sub": False},
        )
    except jwt.ExpiredSignatureError as error:
        raise BadToken("expired") from error
    except jwt.ImmatureSignatureError as error:
        raise BadToken("early") from error
    except jwt.InvalidAudienceError as error:
        raise BadToken("audience") from error
    except jwt.InvalidIssuerError as error:
        raise BadToken("issuer") from error
    except jwt.MissingRequiredClaimError as error:
        raise BadToken("claims") from error
    except jwt.InvalidSignatureError as error:
        raise BadToken("signature") from error
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadToken("claims") from error
    exp, iat, jti = claims["exp"], claims["iat"], claims["jti"]
    if not isinstance(jti, str) or not 0 < len(jti) <= 512 or isinstance(exp, bool) or isinstance(iat, bool):
        raise BadToken("claims")
    if float(exp) - float(iat) > longest:
        raise BadToken("long")
    return Proved(issuer.iss, jti, float(exp) + leeway, _tenant(claims, issuer))


def keys_of(found: Mapping[str, Any], algorithms: Sequence[str]) -> dict[tuple[str, str], jwt.PyJWK]:
    """Return the keys of a JWK Set that may verify, by kid and algorithm; private parts and weak keys are left out."""
    usable: dict[tuple[str, str], jwt.PyJWK] = {}
    rows = found.get("keys")
    for row in rows if isinstance(rows, list | tuple) else ():
        if not isinstance(row, Mapping) or not isinstance(row.get("kid"), str):
            continue
        algorithm = {"EC": "ES384", "RSA": "RS384"}.get(str(row.get("kty")), "")
        if algorithm not in algorithms or row.get("alg", algorithm) != algorithm or row.get("use", "sig") != "sig":
            continue
        public = {name: value for name, value in row.items() if name not in PRIVATE}
        try:
            key = jwt.PyJWK.from_dict(public, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if key.Algorithm.check_key_length(key.key) is None and row.get("crv", CURVE) == CURVE:
            usable[row["kid"], algorithm] = quickened(key)
    return usable


CURVE: Final = "P-384"  # the one of ES384
PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _tenant(claims: Mapping[str, Any], issuer: Issuer) -> str | None:
    """Return the organisation the issuer may speak for; what it merely claims is not believed."""
    if issuer.tenant:
        return issuer.tenant
    said = claims.get("tenant")
    return said if isinstance(said, str) and said in issuer.tenants else None


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadToken("form") from error
    if not isinstance(found, dict):
        raise BadToken("form")
    return found
