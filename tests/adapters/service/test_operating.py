"""The files for operators fit the program: settings are read, the unit and the container start what there is."""

import re
import shlex
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from sangao.adapters.service import health
from sangao.adapters.service.rate import Rate, rate
from sangao.adapters.service.reload import said
from sangao.adapters.service.serve import local
from sangao.adapters.service.settings import read_settings

HERE = Path(__file__).parents[3] / "examples" / "operations"
UNIT = HERE / "sangao.service"
CONTAINER = (HERE / "Containerfile").read_text(encoding="utf-8")


def unit() -> RawConfigParser:
    found = RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(UNIT.read_text(encoding="utf-8"))
    return found


def options(command: str) -> set[str]:
    return {word for word in shlex.split(command) if word.startswith("--")}


def test_the_settings_are_read_whole() -> None:
    settings = read_settings(HERE / "service.toml", {})
    offered, keys = said(settings)
    assert list(offered.everybody) == ["default"] and list(offered.tenants) == ["linqu"]
    assert keys == (HERE / "keys" / "committee.pub.pem",)
    assert rate(settings.table("rate")) == Rate(50.0, 200)
    assert local(settings.server.host), "without tokens it listens on this machine only"


def test_the_unit_starts_and_reloads_what_there_is() -> None:
    service = unit()["Service"]
    known = {"--settings", "--host", "--port", "--check"}
    for key in ("ExecStartPre", "ExecStart"):
        words = shlex.split(service[key])
        assert words[:2] == ["/opt/sangao/bin/sangao", "serve"] and options(service[key]) <= known
    assert service["ExecReload"].split()[-1] == shlex.split(service["ExecStart"])[-1], "what is touched is what is read"
    graceful = read_settings(HERE / "service.toml", {}).server.graceful_seconds
    assert float(service["TimeoutStopSec"]) > graceful, "requests that run are answered before it is killed"
    assert service["StateDirectory"] == "sangao" and service["NoNewPrivileges"] == "yes"


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not on this machine")
    installed = tmp_path / "sangao"
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    text = UNIT.read_text(encoding="utf-8").replace("/opt/sangao/bin/sangao", str(installed))
    (tmp_path / "sangao.service").write_text(text, encoding="utf-8")
    command = [analyse, "verify", "--man=no", str(tmp_path / "sangao.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    about_ours = [line for line in done.stderr.splitlines() if "sangao.service" in line]
    assert about_ours == []


def test_the_container_has_a_base_by_name_and_no_address() -> None:
    bases = re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
    assert set(bases) == {"${BASE}"}
    (base,) = re.findall(r"^ARG BASE=(\S+)", CONTAINER, re.MULTILINE)
    assert base.startswith("debian:") and "/" not in base and "." not in base
    assert re.search(r"^USER sangao$", CONTAINER, re.MULTILINE), "not root"


def test_the_container_looks_at_a_path_that_is_there() -> None:
    looked = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", CONTAINER)
    assert looked is not None
    assert int(looked[1]) == read_settings(HERE / "service.toml", {}).server.port
    source = Path(health.__file__).read_text(encoding="utf-8")
    assert f'"{looked[2]}"' in source
    (command,) = re.findall(r'^CMD \["sangao", "serve", (.+)\]$', CONTAINER, re.MULTILINE)
    assert options(command.replace(",", " ")) == {"--settings", "--host"}
