"""Signed packs: Ed25519 over the bytes of a `.sangao` file, in a detached `.sig` beside it.

The bytes are signed as they stand, so that anybody can check them with other tools; the magic of a pack keeps a
signature from meaning anything else. A `.sig` may hold several signatures, one a key, which is how keys are changed
without a day on which nothing verifies. Needs the package `cryptography`, of the extra `service`.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sangao.adapters.handed import contents
from sangao.engine.errors import SangaoError, Span, fail, why
from sangao.engine.guide import Pack
from sangao.engine.pack import canon
from sangao.engine.placed import target

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SCHEMA = "sangao.signature/1"
PASSPHRASE = "SANGAO_KEY_PASSPHRASE"  # of a private key that is kept encrypted

Trusted = Mapping[str, "Ed25519PublicKey"]
"""Public keys by their id (`key_id`)."""


def beside(pack: Path) -> Path:
    """Return the file of a pack's signatures.

    >>> beside(Path("packs/htn.sangao")).name
    'htn.sangao.sig'
    """
    return pack.with_name(f"{pack.name}.sig")


def key_id(key: "Ed25519PublicKey") -> str:
    """Return the name of a public key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def private_key(path: Path) -> "Ed25519PrivateKey":
    """Read a private key (PEM, PKCS#8). Raises SangaoError (`host.unreadable`, `operations.not_a_key`)."""
    _needed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    phrase = os.environ.get(PASSPHRASE)
    found: Any = None
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: a passphrase too many or too few
        found = load_pem_private_key(contents(path), phrase.encode() if phrase else None)
    if not isinstance(found, Ed25519PrivateKey):
        raise fail("operations.not_a_key", Span(str(path)), usage=True, kind={"zh": "私钥", "en": "private key"})
    return found


def trusted(paths: Iterable[Path]) -> Trusted:
    """Read public keys (PEM). Raises SangaoError (`host.unreadable`, `operations.not_a_key`)."""
    _needed()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    keys: dict[str, Ed25519PublicKey] = {}
    for path in paths:
        found: Any = None
        with suppress(ValueError, UnsupportedAlgorithm):
            found = load_pem_public_key(contents(path))
        if not isinstance(found, Ed25519PublicKey):
            raise fail("operations.not_a_key", Span(str(path)), usage=True, kind={"zh": "公钥", "en": "public key"})
        keys[key_id(found)] = found
    return keys


def readable(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return those of the files that hold a public key."""
    found = []
    for path in paths:
        with suppress(SangaoError):
            trusted([path])
            found.append(path)
    return tuple(found)


def sign(pack: Path, key: Path) -> tuple[str, Pack]:
    """Sign a pack file, keeping what other keys signed of the same bytes; return the id of the key and the pack.

    What does not open as a pack is not signed. Raises SangaoError.
    """
    private, data = private_key(key), contents(pack)
    found = opened(data, pack)
    path, name, digest = beside(pack), key_id(private.public_key()), hashlib.sha256(data).hexdigest()
    of, signatures = _signatures(path) if path.exists() else (digest, {})
    signatures = (signatures if of == digest else {}) | {name: private.sign(data)}
    written = [{"key": one, "ed25519": base64.b64encode(value).decode()} for one, value in sorted(signatures.items())]
    final = target(path)
    part = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        text = json.dumps({"schema": SCHEMA, "sha256": digest, "signatures": written}, indent=2)
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, final)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise fail("host.unwritable", Span(str(path)), usage=True, reason=why(error)) from error
    return name, found


def verify(data: bytes, pack: Path, keys: Trusted) -> str:
    """Return the id of the trusted key that vouches for these bytes of a pack file.

    The caller goes on with the same bytes, never with the file again. Raises SangaoError: `operations.unsigned`,
    `operations.not_a_signature`, `operations.untrusted`, `operations.wrong_signature`.
    """
    _needed()
    from cryptography.exceptions import InvalidSignature

    path = beside(pack)
    if not path.exists():
        raise fail("operations.unsigned", Span(str(pack)))
    _, signatures = _signatures(path)
    known = [name for name in signatures if name in keys]
    if not known:
        raise fail("operations.untrusted", Span(str(path)), keys="、".join(signatures) or "—")
    for name in known:
        with suppress(InvalidSignature):
            keys[name].verify(signatures[name], data)
            return name
    raise fail("operations.wrong_signature", Span(str(path)))


def opened(data: bytes, file: Path) -> Pack:
    """Return the pack that the bytes of a `.sangao` file hold. Raises SangaoError."""
    compiled = canon.loads(data, str(file))
    return Pack(compiled, hashlib.sha256(canon.sections(data)["meaning"]).hexdigest())


def _signatures(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return the digest a signature file was made for (said, not proved) and its signatures by key."""
    try:
        found = json.loads(contents(path))
        if found["schema"] != SCHEMA:
            raise ValueError
        signatures = {str(one["key"]): base64.b64decode(one["ed25519"], validate=True) for one in found["signatures"]}
        return str(found["sha256"]), signatures
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise fail("operations.not_a_signature", Span(str(path))) from error


def _needed() -> None:
    if find_spec("cryptography") is None:
        raise fail("operations.no_extra", usage=True, name="service")
