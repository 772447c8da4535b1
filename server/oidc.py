"""Signing in through an OpenID provider (OpenID Connect Core 1.0): code flow with PKCE, state and nonce.

Nothing is believed but an ID token that the provider signed, for us, for this sign-in, a moment ago.
"""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from inventory.errors import Refused
from inventory.roles import Role
from server.settings import Settings

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]  # none shared
KEPT_S: Final = 3600.0  # metadata and keys; a key that is not known is asked for at once
LEEWAY_S: Final = 60
PATIENCE_S: Final = 10.0
LONGEST_SUBJECT: Final = 255  # OpenID Connect Core §2


@dataclass(frozen=True, slots=True)
class Ticket:
    """What this browser began with; it keeps it in a cookie until it comes back."""

    state: str
    nonce: str
    verifier: str
    back: str

    def packed(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(asdict(self))).decode()


def unpacked(cookie: str) -> Ticket | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cookie), type=Ticket)
    except (ValueError, msgspec.DecodeError):
        return None


class Provider:
    """One provider, asked for its addresses and keys when they are needed."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = (settings.oidc_issuer or "").rstrip("/")
        self._client_id, self._secret = settings.oidc_client_id or "", settings.oidc_client_secret or ""
        self._login_claim = settings.oidc_login_claim
        self._guard = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    @property
    def issuer(self) -> str:
        """As the provider writes it itself, which its tokens repeat letter by letter."""
        return str(self._about()["issuer"])

    def begun(self, redirect_uri: str, back: str) -> tuple[str, Ticket]:
        """Where to send the browser."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        ticket = Ticket(state, nonce, verifier, back)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(ticket.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect_uri,
            "scope": "openid profile email", "state": ticket.state, "nonce": ticket.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = str(self._about()["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", ticket

    def answered(self, ticket: Ticket, redirect_uri: str, *, state: str, code: str, issuer: str = "") -> dict[str, Any]:
        """Claims of whoever signed in there. Refused with a sentence for an answer that proves nothing.

        `issuer` is the parameter `iss` of RFC 9207, which tells apart two providers that share a browser.
        """
        if not hmac.compare_digest(state.encode("utf-8", "replace"), ticket.state.encode()):
            raise Refused("This answer of the identity provider was not asked for here; begin again.")
        if issuer and issuer != self.issuer:
            raise Refused("Another identity provider answered than the one that was asked; begin again.")
        given = self._exchanged(code, redirect_uri, ticket.verifier)
        claims = self._proved(str(given.get("id_token", "")), ticket.nonce)
        if self._login_claim not in claims and given.get("access_token") and "userinfo_endpoint" in self._about():
            more = self._asked_about(str(given["access_token"]))
            if more.get("sub") == claims["sub"]:  # OpenID Connect Core §5.3.2
                claims = {**more, **claims}
        return claims

    def _exchanged(self, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
        }  # fmt: skip
        headers = {}
        ways = self._about().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in ways:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"  # RFC 6749 §2.3.1
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        return _json("POST", str(self._about()["token_endpoint"]), data=form, headers=headers)

    def _proved(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that holds (OpenID Connect Core §3.1.3.7)."""
        try:
            claims = self._decoded(token)
            jwt.JWTClaimsRegistry(leeway=LEEWAY_S, exp={"essential": True}, iat={"essential": True}).validate(claims)
        except (JoseError, ValueError) as error:
            raise Refused("The identity provider's answer does not prove who you are; begin again.") from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        party = claims.get("azp", self._client_id if len(audiences) == 1 else None)
        subject = claims.get("sub")
        if (
            claims.get("iss") != self.issuer
            or self._client_id not in audiences
            or party != self._client_id
            or claims.get("nonce") != nonce
            or not isinstance(subject, str)
            or not 0 < len(subject) <= LONGEST_SUBJECT
        ):
            raise Refused("The identity provider's answer does not prove who you are; begin again.")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError):
            self._read_at = 0.0  # the keys may have been changed since we read them
            return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)

    def _asked_about(self, access_token: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {access_token}"}
        return _json("GET", str(self._about()["userinfo_endpoint"]), headers=headers)

    def _about(self) -> dict[str, Any]:
        self._read()
        return self._metadata

    def _key_set(self) -> KeySet:
        self._read()
        if self._keys is None:
            raise ValueError("the provider has no keys")
        return self._keys

    def _read(self) -> None:
        with self._guard:
            if self._metadata and time.monotonic() - self._read_at < KEPT_S:
                return
            about = _json("GET", f"{self._issuer}/.well-known/openid-configuration")
            if str(about.get("issuer", "")).rstrip("/") != self._issuer:
                raise Refused("The identity provider calls itself by another name than ZENG_OIDC_ISSUER.")
            keys = _json("GET", str(about["jwks_uri"]))
            self._metadata, self._keys, self._read_at = about, KeySet.import_key_set(keys), time.monotonic()  # type: ignore[arg-type]


def _json(method: str, url: str, **more: Any) -> dict[str, Any]:
    """An answer of the provider; Refused where there is none that can be used."""
    try:
        answer = httpx2.request(method, url, timeout=PATIENCE_S, follow_redirects=False, **more)
        body = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Refused("The identity provider does not answer; sign in with a password, or try again later.") from error
    if answer.status_code != 200 or not isinstance(body, dict):
        raise Refused("The identity provider refused the sign-in; begin again.")
    return body


def login_of(claims: dict[str, Any], claim: str) -> str:
    """The login that the provider vouches for; an address of mail only where it was verified there."""
    value = claims.get(claim)
    if not isinstance(value, str) or (claim == "email" and claims.get("email_verified") is not True):
        return ""
    return value.strip()


def role_of(claims: dict[str, Any], rules: str) -> Role | None:
    """The first rule of ZENG_OIDC_ROLES (CLAIM=VALUE:ROLE) that the claims fit."""
    for rule in filter(None, rules.split(",")):
        claim, _, rest = rule.strip().partition("=")
        value, _, role = rest.rpartition(":")
        held = claims.get(claim)
        if value == held or (isinstance(held, list) and value in held):
            return Role(role)
    return None
