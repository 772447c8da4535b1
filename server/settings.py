"""Every setting of the server: environment variables ZENG_*, checked once at the start."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from inventory.roles import COUNTRYWIDE, Role

SECRETS = frozenset({"database_url", "metrics_token", "oidc_client_secret"})


class BadSettings(SystemExit):
    """The server refuses to start; the message names each variable, its value and what would be right."""


def _out_of_file(value: Any) -> Any:
    """`file:/path` stands for the content of that file."""
    if not isinstance(value, str) or not value.startswith("file:"):
        return value
    path = Path(value.removeprefix("file:"))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}; right is the path of a readable file") from error


def _known_database(url: str | None) -> str | None:
    if url is None:
        return None
    if not url.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("right is sqlite:///path/to/file.db or postgresql://user:password@host/name")
    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:  # their words may hold the password
        raise ValueError("no address of a database; right is postgresql://user:password@host:5432/name") from error
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone; right is a name of the IANA list, for example Asia/Baku") from error
    return name


def _known_boundaries(path: Path | None) -> Path | None:
    if path is None:
        return None
    right = "right is a GeoJSON file whose features carry the code of a district as `code`"
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        known = any(feature["properties"].get("code") or feature["properties"].get("ISO") for feature in features)
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}; {right}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"it is no GeoJSON with features; {right}") from error
    if not known:
        raise ValueError(f"no feature has a code; {right}")
    return path


def _known_site(url: str | None) -> str | None:
    if url is None or re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", url):
        return url
    raise ValueError("no address of a site; right is for example https://zeng.edu.az")


def _known_issuer(url: str | None) -> str | None:
    if url is None or re.fullmatch(r"(https://[^/?#\s]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/[^?#\s]*)?", url):
        return url
    raise ValueError("right is the address of the OpenID provider, for example https://login.edu.az; only https")


def _known_roles(text: str) -> str:
    for part in filter(None, text.split(",")):
        match = re.fullmatch(r"\s*([^=\s]+)=([^=:]+):(\w+)\s*", part)
        if match is None or match[3] not in {role.value for role in COUNTRYWIDE - {Role.ADMINISTRATOR}}:
            known = ", ".join(sorted(role.value for role in COUNTRYWIDE - {Role.ADMINISTRATOR}))
            raise ValueError(f"right is CLAIM=VALUE:ROLE, several with commas; roles are {known}")
    return text


class Settings(BaseSettings):
    """See README for the table; `file:/path` is accepted for secrets."""

    model_config = SettingsConfigDict(env_prefix="ZENG_", extra="ignore")

    data: Path = Path("data")
    database_url: Annotated[str | None, BeforeValidator(_out_of_file), AfterValidator(_known_database)] = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8146
    language: Annotated[str, Field(pattern="^(az|en|ru)$")] = "az"
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Baku"
    public_url: Annotated[str | None, AfterValidator(_known_site)] = None
    secure_cookies: bool = False
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    commit_window_ms: Annotated[float, Field(ge=0, le=500)] = 8
    max_body_bytes: Annotated[int, Field(ge=10_000, le=50_000_000)] = 1_000_000
    metrics_token: Annotated[str | None, BeforeValidator(_out_of_file)] = None
    oidc_issuer: Annotated[str | None, AfterValidator(_known_issuer)] = None
    oidc_client_id: str | None = None
    oidc_client_secret: Annotated[str | None, BeforeValidator(_out_of_file), Field(validate_default=True)] = None
    oidc_login_claim: Annotated[str, Field(pattern="^[A-Za-z0-9_.:/-]{1,80}$")] = "preferred_username"
    oidc_roles: Annotated[str, AfterValidator(_known_roles)] = ""
    keep_reports_days: Annotated[int, Field(ge=1, le=3660)] = 400
    emis_drop: Path | None = None
    boundaries: Annotated[Path | None, AfterValidator(_known_boundaries)] = None

    @field_validator("oidc_client_secret")
    @classmethod
    def _whole_provider(cls, secret: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("oidc_issuer") and not (info.data.get("oidc_client_id") and secret):
            raise ValueError("with ZENG_OIDC_ISSUER right are ZENG_OIDC_CLIENT_ID and ZENG_OIDC_CLIENT_SECRET too")
        return secret

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'zeng.db'}"


def read(**given: Any) -> Settings:
    """Settings from the environment; BadSettings with one line per fault."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [_sentence(dict(fault)) for fault in error.errors()]
        raise BadSettings("zeng cannot start:\n" + "\n".join(lines)) from error


@cache
def current() -> Settings:
    return read()


def _sentence(fault: dict[str, Any]) -> str:
    name = str(fault["loc"][0])
    value = "***" if name in SECRETS else fault["input"]
    return f"  ZENG_{name.upper()}={value}: {fault['msg'].removeprefix('Value error, ')}"
