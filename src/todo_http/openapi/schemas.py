"""The schemas of wire types as components of the OpenAPI document, under the names that clients see."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

Schema = dict[str, Any]

PREFIX: Final = "#/components/schemas/"
VALUES: Final = {"examples", "default", "const"}
"""Members of schemas that hold values instead of schemas."""


def reference(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": PREFIX + name}


def components_of(types: Sequence[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """The schemas by wire type, and the components that they refer to by name.

    Wire types of what is returned are named after the thing with "Out" behind it, which clients do not see.
    Schemas with a title become components of their own, so that generated clients have one type for each.
    Raises ValueError for two components of one name.
    """
    references, named = msgspec.json.schema_components(types, ref_template=f"{PREFIX}{{name}}")
    components: dict[str, Schema] = {}
    for name, schema in named.items():
        told = {key: _revised(value, components) for key, value in schema.items()}
        _add(components, _public(name), told | {"title": _public(name)})
    return {wire: _revised(each, components) for wire, each in zip(types, references, strict=True)}, components


def _public(name: str) -> str:
    return name.removesuffix("Out")


def _revised(node: Any, components: dict[str, Schema]) -> Any:
    """A part of a schema with public names; its parts that have a title are moved to the components."""
    if isinstance(node, list):
        return [_revised(item, components) for item in node]
    if isinstance(node, str) and node.startswith(PREFIX):
        return _public(node)
    if not isinstance(node, dict):
        return node
    revised = {key: value if key in VALUES else _revised(value, components) for key, value in node.items()}
    if "enum" in node and "type" not in node:  # a Literal, which is text in all wire types
        values = revised.pop("enum")
        revised |= {"type": "string"} | ({"const": values[0]} if len(values) == 1 else {"enum": values})
    title = revised.get("title")
    if not isinstance(title, str):
        return revised
    _add(components, title, revised)
    return reference(title)


def _add(components: dict[str, Schema], name: str, schema: Schema) -> None:
    if components.setdefault(name, schema) != schema:
        raise ValueError(f"two schemas are called {name}")
