"""ES384 by AWS-LC says of every signature what OpenSSL says: what does not hold first."""

import random
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from sangao.adapters.service import curves
from sangao.adapters.service.curves import HALF, ByAwsLc, quickened

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
MESSAGE = b"eyJhbGciOiJFUzM4NCJ9.eyJpc3MiOiJhIn0"
OPENSSL = ECAlgorithm(ECAlgorithm.SHA384, ec.SECP384R1)
KEY, STRANGER = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
PUBLIC = KEY.public_key()
GOOD = OPENSSL.sign(MESSAGE, KEY)


def pair(r: int, s: int) -> bytes:
    return r.to_bytes(HALF) + s.to_bytes(HALF)


def wrong() -> list[bytes]:
    """Return signatures that do not hold: numbers out of range, of another key, changed, cut, of another form."""
    r, s = int.from_bytes(GOOD[:HALF]), int.from_bytes(GOOD[HALF:])
    top = (1 << 8 * HALF) - 1
    edges = [pair(a, b) for a in (0, 1, r, ORDER - 1, ORDER, ORDER + 1, top) for b in (0, 1, ORDER - 1, ORDER, top)]
    dice = random.Random(5)
    flipped = []
    for _ in range(40):
        changed = bytearray(GOOD)
        changed[dice.randrange(len(GOOD))] ^= 1 << dice.randrange(8)
        flipped.append(bytes(changed))
    forms = [b"", GOOD[:-1], GOOD + b"\0", b"\0" + GOOD, GOOD[:HALF], KEY.sign(MESSAGE, ec.ECDSA(OPENSSL.hash_alg()))]
    return [*edges, *flipped, *forms, pair(s, r), OPENSSL.sign(MESSAGE, STRANGER), OPENSSL.sign(b"other", KEY)]


@pytest.fixture(scope="module")
def quick() -> ByAwsLc:
    assert curves.EC is not None, "awscrt belongs to the extra `dev`"
    return ByAwsLc(PUBLIC)


def test_what_does_not_hold_is_refused_by_both(quick: ByAwsLc) -> None:
    for one in wrong():
        assert quick.verify(MESSAGE, PUBLIC, one) is OPENSSL.verify(MESSAGE, PUBLIC, one) is False, one.hex()


def test_what_holds_is_taken_by_both(quick: ByAwsLc) -> None:
    r, s = int.from_bytes(GOOD[:HALF]), int.from_bytes(GOOD[HALF:])
    mirrored = pair(r, ORDER - s)  # the same signature, as ECDSA is
    signed = [(message, OPENSSL.sign(message, KEY)) for message in (b"", b"x", MESSAGE * 500)]
    for message, one in [(MESSAGE, GOOD), (MESSAGE, mirrored), *signed]:
        assert quick.verify(message, PUBLIC, one) is OPENSSL.verify(message, PUBLIC, one) is True
        assert quick.verify(message + b"!", PUBLIC, one) is False


def test_a_failure_inside_is_no_signature(quick: ByAwsLc, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def verify(self, *_: Any) -> bool:
            raise RuntimeError("5133: AWS_ERROR_CAL_CRYPTO_OPERATION_FAILED")

    monkeypatch.setattr(quick, "_key", Broken())
    assert quick.verify(MESSAGE, PUBLIC, GOOD) is False


def test_only_keys_of_es384_are_quickened_and_none_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> jwt.PyJWK:
        return jwt.PyJWK.from_dict(OPENSSL.to_jwk(PUBLIC, as_dict=True), "ES384")

    small = ec.generate_private_key(ec.SECP256R1()).public_key()
    other = jwt.PyJWK.from_dict(OPENSSL.to_jwk(small, as_dict=True), "ES256")
    assert isinstance(quickened(key()).Algorithm, ByAwsLc) and not isinstance(quickened(other).Algorithm, ByAwsLc)
    monkeypatch.setattr(curves, "EC", None)
    assert not isinstance(quickened(key()).Algorithm, ByAwsLc)
