"""ES384 by AWS-LC, where the package `awscrt` is installed (extra `quick`): the verdict of OpenSSL in less than half of
its time. A check is the dearest part of a call that is asked again, and each call brings a token of its own.
"""

from hashlib import sha384
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

try:
    from awscrt.crypto import EC as EC
except ImportError:
    EC = None

HALF: Final = 48  # bytes of each of the two numbers of a signature


class ByAwsLc(ECAlgorithm):
    """ES384 with one public key of P-384; what cannot be checked does not hold."""

    def __init__(self, key: Any) -> None:
        super().__init__(ECAlgorithm.SHA384, SECP384R1)
        self._key = EC.new_key_from_der_data(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def verify(self, msg: bytes, key: Any, sig: bytes) -> bool:
        """Return whether a signature holds; `key` is the one this was made with."""
        if len(sig) != 2 * HALF:
            return False
        numbers = encode_dss_signature(int.from_bytes(sig[:HALF]), int.from_bytes(sig[HALF:]))
        try:
            return self._key.verify(sha384(msg).digest(), numbers) is True
        except (RuntimeError, ValueError):
            return False


def quickened(key: jwt.PyJWK) -> jwt.PyJWK:
    """Return a key that is checked with the fastest there is; any key but one of ES384 stays as it is."""
    if EC is not None and key.algorithm_name == "ES384":
        key.Algorithm = ByAwsLc(key.key)
    return key
