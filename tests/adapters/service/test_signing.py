"""Signed packs: what was changed by a byte, by another key or not signed at all is never opened as if it were."""

import base64
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.adapters.service import signing
from sangao.engine.errors import SangaoError
from sangao.engine.guide import load

BASE = Path(__file__).parents[2] / "documents" / "base"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "htn.sangao"
    load(BASE / "clinic").save(path)
    return path


@pytest.fixture
def file(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / built.name))


def key(folder: Path, name: str, phrase: bytes = b"") -> tuple[Path, Path]:
    """Write a pair of keys; return the files of the private and the public one."""
    made = Ed25519PrivateKey.generate()
    hidden = BestAvailableEncryption(phrase) if phrase else NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
    private.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    public.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def codes(error: pytest.ExceptionInfo[SangaoError]) -> list[str]:
    return [one.code for one in error.value.problems]


def test_a_signed_pack_verifies_and_is_the_same_pack(file: Path) -> None:
    private, public = key(file.parent, "committee")
    name, pack = signing.sign(file, private)
    keys = signing.trusted([public])
    assert signing.verify(file.read_bytes(), file, keys) == name == next(iter(keys))
    assert pack.hash == load(file).hash == signing.opened(file.read_bytes(), file).hash


def test_a_pack_changed_anywhere_does_not_verify(file: Path) -> None:
    private, public = key(file.parent, "committee")
    signing.sign(file, private)
    keys, data = signing.trusted([public]), file.read_bytes()
    for at in (0, 20, len(data) // 3, len(data) - 1):  # the text shown to a doctor stands at the end
        changed = bytearray(data)
        changed[at] ^= 1
        with pytest.raises(SangaoError) as error:
            signing.verify(bytes(changed), file, keys)
        assert codes(error) == ["operations.wrong_signature"]
    with pytest.raises(SangaoError):
        signing.verify(data + b" ", file, keys)


def test_a_signature_of_another_pack_is_worth_nothing(file: Path, tmp_path: Path) -> None:
    private, public = key(tmp_path, "committee")
    signing.sign(file, private)
    other = tmp_path / "lipid.sangao"
    load(BASE / "minimal").save(other)
    shutil.copy(signing.beside(file), signing.beside(other))
    with pytest.raises(SangaoError) as error:
        signing.verify(other.read_bytes(), other, signing.trusted([public]))
    assert codes(error) == ["operations.wrong_signature"]


def test_the_signature_of_a_stranger_under_a_trusted_name_is_refused(file: Path) -> None:
    (stranger, _), (_, public) = key(file.parent, "stranger"), key(file.parent, "committee")
    signing.sign(file, stranger)
    keys = signing.trusted([public])
    with pytest.raises(SangaoError) as error:
        signing.verify(file.read_bytes(), file, keys)
    assert codes(error) == ["operations.untrusted"]
    said = json.loads(signing.beside(file).read_text())
    said["signatures"][0]["key"] = next(iter(keys))
    signing.beside(file).write_text(json.dumps(said))
    with pytest.raises(SangaoError) as error:
        signing.verify(file.read_bytes(), file, keys)
    assert codes(error) == ["operations.wrong_signature"]


def test_keys_change_without_a_day_on_which_nothing_verifies(file: Path) -> None:
    (old, old_public), (new, new_public) = key(file.parent, "old"), key(file.parent, "new")
    signing.sign(file, old)
    signing.sign(file, new)
    for public in (old_public, new_public):
        assert signing.verify(file.read_bytes(), file, signing.trusted([public]))


def test_signing_other_bytes_drops_what_was_signed_before(file: Path) -> None:
    (old, old_public), (new, _) = key(file.parent, "old"), key(file.parent, "new")
    signing.sign(file, old)
    load(BASE / "minimal").save(file)
    signing.sign(file, new)
    assert len(json.loads(signing.beside(file).read_text())["signatures"]) == 1
    with pytest.raises(SangaoError) as error:
        signing.verify(file.read_bytes(), file, signing.trusted([old_public]))
    assert codes(error) == ["operations.untrusted"]


def test_what_is_no_pack_is_not_signed(tmp_path: Path) -> None:
    private, _ = key(tmp_path, "committee")
    letter = tmp_path / "letter.sangao"
    letter.write_text("a letter")
    with pytest.raises(SangaoError) as error:
        signing.sign(letter, private)
    assert codes(error) == ["host.not_a_pack"] and not signing.beside(letter).exists()


def test_an_encrypted_key_needs_its_passphrase(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, _ = key(file.parent, "hidden", b"a long sentence")
    for said in (None, "another sentence"):
        monkeypatch.delenv(signing.PASSPHRASE, raising=False)
        if said:
            monkeypatch.setenv(signing.PASSPHRASE, said)
        with pytest.raises(SangaoError) as error:
            signing.sign(file, private)
        assert codes(error) == ["operations.not_a_key"]
    monkeypatch.setenv(signing.PASSPHRASE, "a long sentence")
    assert signing.sign(file, private)


def test_a_key_of_another_kind_is_refused(file: Path, tmp_path: Path) -> None:
    made = generate_private_key(65537, 2048)
    (tmp_path / "rsa.pem").write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "rsa.pub.pem").write_bytes(public)
    for use in (lambda: signing.sign(file, tmp_path / "rsa.pem"), lambda: signing.trusted([tmp_path / "rsa.pub.pem"])):
        with pytest.raises(SangaoError) as error:
            use()
        assert codes(error) == ["operations.not_a_key"] and error.value.usage


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "sangao.signature/1", "signatures": 3}', "[" * 100_000])
def test_no_signature_file_makes_it_fall_over(file: Path, text: str) -> None:
    _, public = key(file.parent, "committee")
    signing.beside(file).write_text(text)
    with pytest.raises(SangaoError) as error:
        signing.verify(file.read_bytes(), file, signing.trusted([public]))
    assert codes(error) == ["operations.not_a_signature"]


@pytest.mark.parametrize("length", [0, 1, 63, 65, 10_000])
def test_a_signature_of_another_length_is_no_signature(file: Path, length: int) -> None:
    private, public = key(file.parent, "committee")
    signing.sign(file, private)
    said = json.loads(signing.beside(file).read_text())
    said["signatures"][0]["ed25519"] = base64.b64encode(bytes(length)).decode()
    signing.beside(file).write_text(json.dumps(said))
    with pytest.raises(SangaoError) as error:
        signing.verify(file.read_bytes(), file, signing.trusted([public]))
    assert codes(error) == ["operations.wrong_signature"]


def test_without_the_library_the_extra_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "find_spec", lambda name: None)
    with pytest.raises(SangaoError) as error:
        signing.trusted([file])
    assert codes(error) == ["operations.no_extra"] and "sangao[service]" in error.value.problems[0].help("en")


def test_the_commands_sign_and_verify(file: Path) -> None:
    private, public = key(file.parent, "committee")
    run = CliRunner()
    signed = run.invoke(app(), ["sign", str(file), "--key", str(private)])
    assert signed.exit_code == 0, signed.output
    told = run.invoke(app(), ["verify", str(file), "--key", str(public), "--format", "json"])
    (one,) = json.loads(told.stdout)
    assert (one["id"], one["hash"]) == ("clinic", load(file).hash) and one["key"] in signed.stdout
    file.write_bytes(file.read_bytes() + b"\0")
    assert run.invoke(app(), ["verify", str(file), "--key", str(public)]).exit_code == 1
    assert run.invoke(app(), ["verify", str(file), "--key", str(file)]).exit_code == 2
