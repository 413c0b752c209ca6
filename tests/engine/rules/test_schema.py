"""The schemas for editors: current on disk, and of one mind with the loader about keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from sangao.engine.rules.documents import FORMS, RowDoc
from sangao.engine.rules.schema import json_schema, write_schemas
from sangao.engine.rules.strict_yaml import read_yaml
from sangao.engine.rules.text import Items, Map

ROOT = Path(__file__).parents[3]


def test_the_schemas_on_disk_are_current(tmp_path: Path) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in write_schemas(tmp_path)}
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "schema").glob("*.json")}
    assert on_disk == written, "renew them: sangao.engine.rules.schema.write_schemas('docs/schema')"


def test_every_form_allows_exactly_its_keys() -> None:
    definitions = json_schema()["rules"]["$defs"]
    for model in FORMS.values():
        assert set(definitions[model.__name__]["properties"]) == set(model.keys())
        assert definitions[model.__name__]["additionalProperties"] is False
    assert set(definitions["RowDoc"]["properties"]) == set(RowDoc.keys())
    assert definitions["RowDoc"]["additionalProperties"] == {"type": ["string", "number", "boolean"]}


def test_no_schema_allows_null() -> None:
    assert '"null"' not in json.dumps(json_schema())


def holds(schema: Any, node: Any, whole: dict[str, Any]) -> bool:
    """Say whether a schema of ours accepts a node (the few keywords that ours use)."""
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        return holds(whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], node, whole)
    if "anyOf" in schema:
        return any(holds(choice, node, whole) for choice in schema["anyOf"])
    if "oneOf" in schema:
        return sum(holds(choice, node, whole) for choice in schema["oneOf"]) == 1
    if isinstance(node, Map):
        known = schema.get("properties", {})
        rest = schema.get("additionalProperties", True)
        return (
            schema.get("type") == "object"
            and set(schema.get("required", [])) <= set(node)
            and all(holds(known.get(key, rest), value, whole) for key, value in node.items())
        )
    if isinstance(node, Items):
        items = schema.get("items", {})
        each = "prefixItems" in schema or all(holds(items, item, whole) for item in node)
        return schema.get("type") == "array" and each
    if "enum" in schema:
        return str(node) in schema["enum"]
    kinds = schema.get("type", [])
    return bool({"string", "number", "boolean", "integer"} & set([kinds] if isinstance(kinds, str) else kinds))


GOOD = sorted((ROOT / "tests" / "documents" / "good").glob("*.yaml"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_schema_accepts_what_the_loader_accepts(path: Path) -> None:
    schema = json_schema()["rules"]
    documents, _ = read_yaml(path.read_bytes(), path.name)
    assert documents
    for document in documents:
        assert holds(schema, document, schema)
        document[next(iter(document))] = Map({})
        assert not holds(schema, document, schema)
