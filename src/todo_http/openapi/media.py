"""Bodies in the OpenAPI document: their schemas, and examples made from the examples of their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from todo_http.kernel.schemas import SAMPLE_ID
from todo_http.openapi.schemas import PREFIX, Schema


@dataclass(frozen=True)
class Media:
    """``schemas`` are those of the wire types, ``components`` what they refer to."""

    schemas: Mapping[Any, Schema]
    components: Mapping[str, Schema]

    def of(self, bodies: Sequence[Any], media_types: Sequence[str]) -> dict[str, Any]:
        """The content of a body that has one of these wire types."""
        schemas = [self.schemas[body] for body in bodies]
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        content = {"schema": schema, "example": example_of(schema, self.components)}
        return dict.fromkeys(media_types, content)


def example_of(schema: Schema, components: Mapping[str, Schema]) -> Any:
    """A value that fits the schema. Optional fields are left out unless they have an example or can have one value."""
    schema = _alternative(schema, components)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            fields, required = schema.get("properties", {}), schema.get("required", ())
            shown = {name: _alternative(field, components) for name, field in fields.items()}
            chosen = [name for name, field in shown.items() if name in required or {"examples", "const"} & {*field}]
            return {name: example_of(fields[name], components) for name in chosen}
        case "array":
            return [example_of(schema["items"], components)]
        case "boolean":
            return False
        case "null":
            return None
        case "integer":
            return schema.get("minimum", 1)
        case _:
            return SAMPLE_ID if schema.get("format") == "uuid" else "text"


def _alternative(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """The schema itself. Of those that it leaves open, the first with an example, or null, or the first."""
    if "$ref" in schema:
        return _alternative(components[schema["$ref"].removeprefix(PREFIX)], components)
    if "examples" in schema or "anyOf" not in schema:
        return schema
    options = [_alternative(each, components) for each in schema["anyOf"]]
    return min(options, key=lambda option: 0 if "examples" in option else 1 if option.get("type") == "null" else 2)
