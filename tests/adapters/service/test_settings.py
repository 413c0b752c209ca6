"""Settings and the command: what must not start, then that nothing needs to be set."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sangao.adapters.main import app
from sangao.adapters.service import serve
from sangao.adapters.service.settings import Limits, Server, Settings, read_settings
from sangao.engine.errors import SangaoError


def codes(text: str, tmp_path: Path, **environment: str) -> list[tuple[str, str]]:
    (tmp_path / "service.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SangaoError) as error:
        read_settings(tmp_path / "service.toml", environment)
    for one in error.value.problems:
        assert one.text("zh") and one.text("en") and one.help("zh") and one.help("en")
    return [(one.code, str(one.parts.get("name", ""))) for one in error.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[server", ("service.not_toml", "")),
        ("[sever]\nport = 1", ("service.unknown_setting", "sever")),
        ("[server]\nprot = 1", ("service.unknown_setting", "server.prot")),
        ("server = 1", ("service.wrong_setting", "server")),
        ('[server]\nport = "x"', ("service.wrong_setting", "server.port")),
        ("[server]\nport = -1", ("service.wrong_setting", "server.port")),
        ("[server]\nport = 1.5", ("service.wrong_setting", "server.port")),
        ("[server]\nport = true", ("service.wrong_setting", "server.port")),
        ("[server]\nhost = 1", ("service.wrong_setting", "server.host")),
        ('[server]\nmetrics = "perhaps"', ("service.wrong_setting", "server.metrics")),
        ("[cors]\norigins = 1", ("service.wrong_setting", "cors.origins")),
        ("[cors]\norigins = [1]", ("service.wrong_setting", "cors.origins")),
        ('[jwt]\nalgorithms = ["HS256"]', ("service.weak_algorithm", "HS256")),
        ('[jwt]\nalgorithms = ["ES384", "none"]', ("service.weak_algorithm", "none")),
        ("[jwt]\nalgorithms = []", ("service.weak_algorithm", "—")),
        ("[jwt]\nrequired = true", ("service.no_issuer", "")),
        ('[[jwt.issuers]]\nkeys_file = "a"', ("service.lacking_setting", "jwt.issuers.iss")),
        ('[[jwt.issuers]]\niss = "a"', ("service.issuer_without_keys", "a")),
        ('[[jwt.issuers]]\niss = "a"\njku = "http://a"', ("service.not_https", "jwt.issuers.jku")),
        ('[services.x]\ncolour = "red"', ("service.unknown_setting", "services.x.colour")),
        ('[fetch]\nprivate_networks = ["10.0.0.0/33"]', ("service.wrong_setting", "fetch.private_networks")),
        ('[fetch]\nservers = ["ehr.example.org"]', ("service.wrong_setting", "fetch.servers")),
    ],
)
def test_a_mistake_in_a_setting_stops_the_service(text: str, problem: tuple[str, str], tmp_path: Path) -> None:
    assert problem in codes(text, tmp_path)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    said = codes("[server]\nport = -1\nhots = 1\n[other]\n", tmp_path, SANGAO_LIMITS_THREADS="many")
    assert {name for _, name in said} == {"server.port", "server.hots", "other", "limits.threads"}


def test_a_variable_nobody_knows_stops_the_service(tmp_path: Path) -> None:
    wrong = {"SANGAO_JTW_REQUIRED": "true", "SANGAO_SERVICES_X": "a"}
    others = {"SANGAO_TIER": "ci", "SANGAO_SERVICE_HOST": "10.0.0.1", "SANGAO_PORT_8042_TCP": "x"}
    assert set(codes("", tmp_path, **wrong, **others)) == {("service.unknown_setting", name) for name in wrong}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[tenants.linqu.pack]\ndefault = "tcm_2017"', "operations.wrong_packs"),
        ('[services.next-stepz]\npack = "default"', "service.unknown_setting"),
        ('[services.next-steps]\npack = "defualt"', "service.pack_not_served"),
        (
            '[packs]\nhtn = "htn_primary_2025"\n[services.next-steps]\ndecisions = ["htn.grad"]',
            "service.decision_not_served",
        ),
        ("[soap]\nuserz = {}", "service.unknown_setting"),
        ('[soap.users.a]\npasword = "x"', "service.unknown_setting"),
        ("[soap]\nusers = 1", "service.wrong_setting"),
        ("[soap.users]\na = 1", "service.wrong_setting"),
        ('[soap.users.a]\ntenant = "linqu"', "service.lacking_setting"),
        ("[api]\nanything = 1", "service.unknown_setting"),
    ],
)
def test_a_mistake_in_the_table_of_another_part_is_found_before_the_start(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "service.toml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app(), ["serve", "--check", "--settings", str(tmp_path / "service.toml"), "--lang", "en"])
    assert done.exit_code == 2 and code in done.output and "Traceback" not in done.output


def test_without_settings_only_this_machine_is_served() -> None:
    assert read_settings(None, {}) == Settings()
    assert Server().host == "127.0.0.1" and Settings().base_url == "http://127.0.0.1:8042"
    assert Settings().fetch.servers == () == Settings().cors.origins


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "service.toml").write_text("[server]\nport = 1\n[limits]\nthreads = 3\n", encoding="utf-8")
    found = read_settings(
        tmp_path / "service.toml", {"SANGAO_SERVER_PORT": "7", "SANGAO_CORS_ORIGINS": "https://a, https://b"}
    )
    assert found.server.port == 7 and found.limits.threads == 3 and found.cors.origins == ("https://a", "https://b")
    assert found.limits.body_bytes == Limits().body_bytes
    assert read_settings(None, {"SANGAO_SERVICE": str(tmp_path / "service.toml")}).server.port == 1


def test_a_network_is_not_served_without_tokens_unless_it_is_trusted() -> None:
    run = CliRunner()
    refused = run.invoke(app(), ["serve", "--check", "--host", "0.0.0.0", "--lang", "en"], env={"SANGAO_SERVICE": ""})
    assert refused.exit_code == 2 and "service.open_door" in refused.output
    trusted = ["serve", "--check", "--host", "0.0.0.0", "--trust-network", "--lang", "en"]
    assert run.invoke(app(), trusted, env={"SANGAO_SERVICE": ""}).exit_code == 0
    assert run.invoke(app(), ["serve", "--check", "--host", "127.0.0.1"], env={"SANGAO_SERVICE": ""}).exit_code == 0


def test_the_command_says_what_is_wrong_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "service.toml").write_text("[server]\nprot = 1\n", encoding="utf-8")
    done = CliRunner().invoke(app(), ["serve", "--check", "--settings", str(tmp_path / "service.toml"), "--lang", "en"])
    assert done.exit_code == 2 and "service.unknown_setting" in done.output and "Traceback" not in done.output
    missing = CliRunner().invoke(app(), ["serve", "--check", "--settings", str(tmp_path / "none.toml")])
    assert missing.exit_code == 2 and "host.unreadable" in missing.output


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise ImportError("No module named 'uvicorn'", name="uvicorn")

    monkeypatch.setattr(serve, "run", fails)
    done = CliRunner().invoke(app(), ["serve", "--lang", "en"], env={"SANGAO_SERVICE": ""})
    assert done.exit_code == 2 and 'pip install "sangao[service]"' in done.output
