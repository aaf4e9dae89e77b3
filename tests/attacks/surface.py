"""Every operation that the OpenAPI document knows, with a path to fill in and the smallest body that it takes."""

from dataclasses import dataclass
from typing import Any

from todo_http.openapi.document import document

DOCUMENT = document()
METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """``parameters`` are the names in the path; ``body`` is None where none is taken."""

    method: str
    path: str
    id: str
    public: bool
    body: Any

    @property
    def parameters(self) -> list[str]:
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    def at(self, **ids: str) -> str:
        return self.path.format(**ids)


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, described["operationId"], not described["security"], _body(described))
        for path, item in DOCUMENT["paths"].items()
        for method, described in item.items()
        if method in METHODS
    ]


def _body(described: dict[str, Any]) -> Any:
    if "requestBody" not in described:
        return None
    content = described["requestBody"]["content"]
    return smallest(content["application/json"]["schema"])


def smallest(schema: dict[str, Any]) -> Any:
    """A value with only what it must have."""
    if "$ref" in schema:
        return smallest(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return smallest(schema["anyOf"][0])
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: smallest(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [smallest(schema["items"])] * schema.get("minItems", 0)
        case "boolean":
            return True
        case "integer":
            return schema.get("minimum", 1)
        case "string":
            return "x" * schema.get("minLength", 1)
    raise LookupError(f"no example for {schema}")
