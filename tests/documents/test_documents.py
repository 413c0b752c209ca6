"""Documents that must pass and documents that must fail, with the exact problems written in the file (see `laid`)."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sangao.engine.cli.decide import decide
from sangao.engine.errors import catalogue
from sangao.engine.rules.folder import read_folder
from tests.documents.laid import HERE, documents, expected, head, lay_out, problems_of

GOOD, BAD = documents("good"), documents("bad")
NOT_FROM_A_DOCUMENT = {
    "host.no_hooks": "a command is called without the command line (below)",
    "host.not_a_chart": "a program hands over something else (tests/engine/test_edge.py)",
    "host.not_an_answer": "a program hands over something else (tests/engine/test_edge.py)",
    "host.not_a_source": "a program hands over something else (tests/engine/test_edge.py)",
    "host.unknown_language": "a program asks in another language (tests/engine/test_edge.py)",
    "host.unknown_form": "nobody writes the form asked for (tests/adapters/fhir/test_hooks.py)",
    "table.interrupted": "somebody breaks a run off (tests/adapters/tabular/test_broken_off.py)",
    "table.busy": "another run is at work (tests/adapters/tabular/test_resumed.py)",
    "table.changed": "a database gives other rows than before (tests/adapters/tabular/test_query.py)",
    "table.no_extra": "pyarrow is not installed (tests/engine/run/test_stratified.py)",
    "table.not_arrow": "a program hands over something else (tests/engine/run/test_stratified.py)",
    "table.unfed": "a program hands over columns that answer nothing (tests/engine/run/test_stratified.py)",
    "cohort.reader_failed": "an adapter has an error of its own (tests/engine/cli/test_cohort.py)",
    "operations.unknown_tenant": "a request names another tenant (tests/adapters/service/test_packs.py)",
    "operations.unknown_served": "a request names another pack (tests/adapters/service/test_packs.py)",
    "operations.pack_unavailable": "a request asks a pack that did not load (tests/adapters/service/test_packs.py)",
    "operations.pack_kept": "a pack is exchanged while the service runs (tests/adapters/service/test_packs.py)",
    "operations.pack_withdrawn": "a key is taken away while the service runs (tests/adapters/service/test_packs.py)",
    "operations.settings_on_saved": "settings of a service (tests/adapters/service/test_packs.py)",
    "operations.wrong_packs": "settings of a service (tests/adapters/service/test_packs.py)",
    "operations.too_many": "a client asks too often (tests/adapters/service/test_rate.py)",
    "operations.no_extra": "cryptography is not installed (tests/adapters/service/test_signing.py)",
    "events.not_typed": "a program hands over something else (tests/adapters/events/test_gate.py)",
    "events.full": "a program watches too many people (tests/adapters/events/test_watching.py)",
    "events.no_engine": "durable-rules is not installed (tests/adapters/events/test_worker.py)",
    "events.worker_lost": "the process of the engine ends (tests/adapters/events/test_worker.py)",
    "events.worker_failed": "the process of the engine ends again and again (tests/adapters/events/test_worker.py)",
    "journal.no_extra": "a component is not installed (tests/adapters/journal/test_failing.py)",
    "journal.unavailable": "the disk is full, the database gone (tests/adapters/journal/test_failing.py)",
    "journal.busy": "too many answers at once (tests/adapters/journal/test_failing.py)",
    "journal.late": "somebody holds the database (tests/adapters/journal/test_failing.py)",
    "journal.gone": "the file is moved while in use (tests/adapters/journal/test_failing.py)",
    "journal.other_version": "a version with other tables wrote the log (tests/adapters/journal/test_chain.py)",
    "journal.rolled_back": "an older file is put back while in use (tests/adapters/journal/test_failing.py)",
    "service.no_extra": "fastapi is not installed (tests/adapters/service/test_settings.py)",
    "service.bad_json": "a request is no JSON (tests/adapters/service/test_cds_faults.py)",
    "service.too_deep": "a request is nested without end (tests/adapters/service/test_cds_faults.py)",
    "service.too_large": "a request is too large (tests/adapters/service/test_cds_faults.py)",
    "service.too_slow": "a request does not arrive (tests/adapters/service/test_cds_faults.py)",
    "service.not_json_type": "a request says that it is something else (tests/adapters/service/test_cds_faults.py)",
    "service.unknown_service": "a request to no service (tests/adapters/service/test_cds_faults.py)",
    "service.wrong_hook": "a request on another hook (tests/adapters/service/test_cds_faults.py)",
    "service.bad_request": "a request lacks what the standard asks for (tests/adapters/service/test_cds_faults.py)",
    "service.bad_field": "a request to the JSON interface (tests/adapters/service/test_api.py)",
    "service.data_required": "a call without data (tests/adapters/service/test_cds_calls.py)",
    "service.no_token": "a call without a token (tests/adapters/service/test_tokens.py)",
    "service.bad_token": "a call with a token that does not hold (tests/adapters/service/test_tokens.py)",
    "service.tokens_unknown": "the disk of used tokens is gone (tests/adapters/service/test_tokens.py)",
    "service.not_found": "a request to no address (tests/adapters/service/test_cds_faults.py)",
    "service.wrong_method": "a request by another method (tests/adapters/service/test_cds_faults.py)",
    "service.starting": "a call before packs are loaded (tests/adapters/service/test_cds_faults.py)",
    "service.answer_late": "an answer takes too long (tests/adapters/service/test_cds_faults.py)",
    "service.internal": "a mistake of our own (tests/adapters/service/test_cds_faults.py)",
    "api.too_much": "a request asks for too much (tests/adapters/service/test_api.py)",
    "api.doubled_key": "a request says a thing twice (tests/adapters/service/test_api.py)",
    "api.no_journal": "a request to a service without a log (tests/adapters/service/test_api.py)",
    "api.no_facts": "a request to a service that keeps hashes only (tests/adapters/service/test_page.py)",
    "api.weak_page_key": "settings of a service (tests/adapters/service/test_page.py)",
    "api.no_page_key": "settings of a service (tests/adapters/service/test_page.py)",
    "api.link_broken": "somebody changes a link (tests/adapters/service/test_page.py)",
    "api.link_expired": "somebody opens a link too late (tests/adapters/service/test_page.py)",
    "api.link_empty": "the log no longer holds the answer of a link (tests/adapters/service/test_page.py)",
    "hl7.no_extra": "python-hl7 is not installed (tests/adapters/hl7/test_reading.py)",
    "hl7.unsupported_version": "only the listener asks for a version (tests/adapters/hl7/test_mllp.py)",
    "hl7.no_control_id": "only the listener has to answer (tests/adapters/hl7/test_mllp.py)",
    "hl7.cannot_listen": "the port is taken (tests/adapters/hl7/test_mllp.py)",
    "hl7.open_door": "an address that others reach (tests/adapters/hl7/test_mllp.py)",
    "hl7.spool": "the store of the listener cannot be used (tests/adapters/hl7/test_mllp.py)",
    "chinese.not_soap": "a call to the service (tests/adapters/chinese/test_soap.py)",
    "chinese.unknown_service": "a call to the service (tests/adapters/chinese/test_soap.py)",
    "chinese.unknown_parameter": "a call to the service (tests/adapters/chinese/test_soap.py)",
    "chinese.not_a_user": "a call to the service (tests/adapters/chinese/test_soap.py)",
    "journal.not_repeated": "the hash of a pack changes with its rules (tests/adapters/journal/test_replay.py)",
}
"""Codes that come of no document, whatever is in it, each with the reason and the test that shows it."""


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_document_has_no_problem(path: Path, tmp_path: Path) -> None:
    lay_out(path, tmp_path)
    assert [found.texts for found in problems_of(path, tmp_path)] == []


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_document_has_exactly_the_problems_it_names(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = expected(path)
    assert named, "a bad document says what is wrong with it"
    lay_out(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = problems_of(path, tmp_path)
    assert sorted(map(str, found)) == named
    for problem in found:
        for said in problem.texts:
            assert said.strip() and not re.search(r"\{\w+\}", said), f"a part of the message is not filled: {said}"
            assert len(problem.given) < 2 or problem.given not in said, "a message never holds a patient's value"


def test_every_code_of_the_catalogue_has_a_failing_document() -> None:
    shown = {line.split()[0] for path in BAD for line in head(path, "expect")}
    assert shown - catalogue().keys() == set(), "an expected code stands in the catalogue"
    assert NOT_FROM_A_DOCUMENT.keys() & shown == set()
    lacking = sorted(catalogue().keys() - shown - NOT_FROM_A_DOCUMENT.keys())
    assert lacking == [], "add a document under tests/documents/bad/<area>/ (how: the docstring of `laid`)"


def test_a_command_without_the_command_line_has_no_hooks() -> None:
    alone = typer.Typer()
    alone.command()(decide)
    done = CliRunner().invoke(alone, ["chart.json", "--lang", "en"])
    assert done.exit_code == 2 and "host.no_hooks" in done.output


def test_a_document_stands_in_the_area_of_its_first_problem() -> None:
    assert [name(path) for path in BAD if head(path, "expect")[0].split(".")[0] != path.parent.name] == []


def test_problems_of_a_folder_are_sorted_by_file_and_line(tmp_path: Path) -> None:
    for document in ("needs", "wrong_shape", "syntax"):
        lay_out(HERE / "bad" / "rules" / f"{document}.yaml", tmp_path)
    _, found = read_folder(tmp_path / "minimal")
    places = [(problem.where.file, problem.where.line, problem.where.column) for problem in found]
    assert places == sorted(places)
    assert {file for file, _, _ in places} == {"rules/needs.yaml", "rules/syntax.yaml", "rules/wrong_shape.yaml"}
