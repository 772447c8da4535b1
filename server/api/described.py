"""What OpenAPI says beyond the routes themselves: problems, who may ask, versions, repeats."""

from typing import Any, Final

from inventory.tokens import PREFIX

METHODS: Final = frozenset({"get", "put", "post", "patch", "delete"})
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457; `field` names the part of the request that is wrong.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}
REFUSED: Final[dict[str, Any]] = {
    "description": "Refused, with a sentence that says what was wrong and what would be right",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
WAYS_IN: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": f"A token for programs, {PREFIX}..., made at /me. It may no more than its person.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "zeng_session", "description": "A browser that signed in."},
}
KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat with the same key gets the same answer and changes nothing twice.",
    "schema": {"type": "string", "maxLength": 80, "pattern": "^[\\x21-\\x7e]*$"},
}
MATCH: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that is changed, where it has one; without it 428, with another 412.",
    "schema": {"type": "string", "maxLength": 200, "pattern": "^[\\x21-\\x7e]*$"},
}
FREE: Final = frozenset({"/api/v1/enrol"})  # for an agent with its one-time code


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that FastAPI made, completed in place."""
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = WAYS_IN
    for path, item in schema["paths"].items():
        for method in METHODS & set(item):
            _complete(item[method], method, path)
    return schema


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = REFUSED
    operation["security"] = [] if path in FREE else [{name: []} for name in WAYS_IN]
    parameters = operation.setdefault("parameters", [])
    if method in ("post", "patch", "put", "delete") and path not in FREE:
        parameters.append(KEY)
    if method in ("patch", "put", "delete"):
        parameters.append(MATCH)
