"""Signing in through a real OpenID provider, a certified one, which runs beside the tests as a process of its own."""

import base64
import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlmodel import select
from starlette.testclient import TestClient

from inventory.errors import Refused
from inventory.roles import Role
from inventory.tables import Identity, Person, Trace
from server import assets, auth, db, oidc, settings
from server.app import build
from server.pages.provider import TICKET
from tests.processes import free_port
from tests.server.conftest import BROWSER, House

PROJECT = Path(__file__).parents[2]
SECRET = "a secret: with signs&"
BACK = "http://testserver/sign-in/provider/back"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def node() -> Path:
    """A folder with what package-lock.json names for development; the server itself loads none of it."""
    folder = PROJECT / "build" / "node"
    folder.mkdir(parents=True, exist_ok=True)
    names = ("package.json", "package-lock.json", ".npmrc")
    same = all(
        (folder / name).is_file() and (folder / name).read_bytes() == (PROJECT / name).read_bytes() for name in names
    )
    if not same or not (folder / "node_modules" / "oidc-provider").is_dir():
        for name in names:
            shutil.copy(PROJECT / name, folder / name)
        command = [*assets.npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    shutil.copy(Path(__file__).with_name("provider.mjs"), folder / "provider.mjs")
    return folder


@pytest.fixture(scope="module")
def issuer(node: Path) -> Iterator[str]:
    port = free_port()
    command = ["node", "provider.mjs", str(port), BACK]
    with subprocess.Popen(command, cwd=node, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.strip() == "ready":
                break
        assert process.poll() is None, said
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
def client(house: House, database_url: str, issuer: str, tmp_path: Path) -> Iterator[TestClient]:
    app = build(
        settings.read(
            database_url=database_url,
            data=tmp_path,
            oidc_issuer=issuer,
            oidc_client_id="zeng",
            oidc_client_secret=SECRET,
            oidc_roles="groups=zeng-noc:noc",
        )
    )
    yield TestClient(app, headers=BROWSER, raise_server_exceptions=False)
    app.state.engine.dispose()


def at_the_provider(client: TestClient, account: str, next: str = "/me") -> str:
    """The way through the provider's own pages; the address at which it sends the browser back to us."""
    away = client.get(f"/sign-in/provider?{urlencode({'next': next})}", follow_redirects=False)
    assert away.status_code == 303
    where = away.headers["location"]
    with httpx2.Client(timeout=PATIENCE_S) as browser:
        for _ in range(12):
            if where.startswith(BACK):
                return where.removeprefix("http://testserver")
            page = browser.get(where, follow_redirects=False)
            if page.status_code == 200:
                action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
                assert action is not None, page.text
                fields = dict(re.findall(r'<input[^>]*name="(prompt)"[^>]*value="([^"]*)"', page.text))
                form = fields | {"login": account, "password": "x"}
                page = browser.post(html.unescape(action[1]), data=form, follow_redirects=False)
            where = str(httpx2.URL(str(page.url)).join(page.headers["location"]))
    raise AssertionError("the provider did not send the browser back")


def test_somebody_known_comes_in_and_is_tied_to_the_account(house: House, client: TestClient) -> None:
    page = client.get("/sign-in?next=/me").text
    assert 'href="/sign-in/provider?next=%2Fme"' in page
    done = client.get(at_the_provider(client, "aynur-at-ministry"), follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert "Aynur Məmmədova" in client.get("/me").text
    with db.reading(house.engine) as session:
        tied = session.exec(select(Identity)).one()
        assert (tied.subject, tied.person_id) == ("aynur-at-ministry", house.who.aynur.id)
        row = session.exec(select(Trace).where(Trace.verb == "linked")).one()
        assert (row.by, row.key) == ("job:openid", "aynur")


def test_another_account_cannot_take_over_a_login_that_is_tied(house: House, client: TestClient) -> None:
    assert client.get(at_the_provider(client, "aynur-at-ministry"), follow_redirects=False).status_code == 303
    client.cookies.clear()
    refused = client.get(at_the_provider(client, "kamran-at-ministry"))
    assert refused.status_code == 403
    assert client.get("/me", follow_redirects=False).status_code == 303


def test_nobody_is_made_silently_and_a_claim_may_make_somebody(house: House, client: TestClient) -> None:
    assert client.get(at_the_provider(client, "nobody-at-ministry")).status_code == 403
    assert client.get(at_the_provider(client, "vusal-at-ministry"), follow_redirects=False).status_code == 303
    with db.reading(house.engine) as session:
        person = session.exec(select(Person).where(Person.login == "vusal")).one()
        assert (person.role, person.name, person.password) == (Role.NOC, "Vüsal (invented)", "")
        assert session.exec(select(Person).where(Person.login == "nobody")).first() is None
        verbs = session.exec(select(Trace.verb).where(Trace.key == "vusal")).all()
        assert sorted(verbs) == ["added", "linked"]


def test_whoever_was_let_go_here_stays_out(house: House, client: TestClient) -> None:
    with db.writing(house.engine) as session:
        session.get_one(Person, house.who.aynur.id).active = False
    assert client.get(at_the_provider(client, "aynur-at-ministry")).status_code == 403


def test_an_answer_serves_once_and_only_this_browser(house: House, client: TestClient) -> None:
    where = at_the_provider(client, "aynur-at-ministry")
    ticket = client.cookies[TICKET]
    other = TestClient(client.app, headers=BROWSER)
    assert other.get(where).status_code == 403, "another browser, which did not begin"
    forged = re.sub(r"state=[^&]+", "state=x", where)
    client.cookies.set(TICKET, ticket)
    assert client.get(forged, follow_redirects=False).status_code == 403
    client.cookies.set(TICKET, ticket)
    assert client.get(where, follow_redirects=False).status_code == 303
    client.cookies.set(TICKET, ticket)
    assert client.get(where, follow_redirects=False).status_code == 403, "the code was used"


def test_a_code_without_the_verifier_of_this_browser_is_worth_nothing(house: House, client: TestClient) -> None:
    where = at_the_provider(client, "aynur-at-ministry")
    stolen = json.loads(base64.urlsafe_b64decode(client.cookies[TICKET])) | {"verifier": "x" * 43}
    client.cookies.clear()
    client.cookies.set(TICKET, base64.urlsafe_b64encode(json.dumps(stolen).encode()).decode())
    assert client.get(where, follow_redirects=False).status_code == 403


def test_what_the_provider_refuses_is_said(client: TestClient) -> None:
    answer = client.get("/sign-in/provider/back?error=access_denied&state=x")
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text


def test_without_the_setting_there_is_no_such_way_in(house: House) -> None:
    assert house.client.get("/sign-in/provider").status_code == 404
    assert "/sign-in/provider" not in house.client.get("/sign-in").text


def test_a_provider_that_is_away_leaves_the_password(house: House, database_url: str, tmp_path: Path) -> None:
    app = build(
        settings.read(
            database_url=database_url,
            data=tmp_path,
            oidc_issuer=f"http://127.0.0.1:{free_port()}",
            oidc_client_id="zeng",
            oidc_client_secret="x",
        )
    )
    answer = TestClient(app, headers=BROWSER).get("/sign-in/provider", follow_redirects=False)
    assert answer.status_code == 502
    assert 'name="password"' in answer.text
    app.state.engine.dispose()


KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
GOOD: dict[str, Any] = {
    "iss": "https://login.example", "sub": "s1", "aud": "zeng", "nonce": "n", "iat": 1, "exp": 9_999_999_999,
}  # fmt: skip
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "key", "algorithm", "holds"),
    [
        pytest.param(lambda c: c, KEY, "RS256", True, id="a good one"),
        pytest.param(lambda c: c | {"aud": ["zeng"], "azp": "zeng"}, KEY, "RS256", True, id="a list of one"),
        pytest.param(lambda c: c, OTHER_KEY, "RS256", False, id="the key of somebody else"),
        pytest.param(lambda c: c | {"iss": "https://evil.example"}, KEY, "RS256", False, id="another issuer"),
        pytest.param(lambda c: c | {"aud": "other"}, KEY, "RS256", False, id="made for another program"),
        pytest.param(lambda c: c | {"aud": ["zeng", "other"]}, KEY, "RS256", False, id="two audiences, no azp"),
        pytest.param(lambda c: c | {"azp": "other"}, KEY, "RS256", False, id="another authorised party"),
        pytest.param(lambda c: c | {"nonce": "m"}, KEY, "RS256", False, id="the nonce of another sign-in"),
        pytest.param(lambda c: c | {"exp": 2}, KEY, "RS256", False, id="out of date"),
        pytest.param(lambda c: c | {"sub": ""}, KEY, "RS256", False, id="nobody"),
        pytest.param(lambda c: c | {"sub": 7}, KEY, "RS256", False, id="a subject that is no text"),
        pytest.param(lambda c: {k: v for k, v in c.items() if k != "exp"}, KEY, "RS256", False, id="without an end"),
        pytest.param(lambda c: c, None, "none", False, id="without a signature"),
    ],
)
def test_only_a_token_that_proves_everything_is_believed(
    monkeypatch: pytest.MonkeyPatch, change: Change, key: RSAKey | None, algorithm: str, holds: bool
) -> None:
    answers = {
        "https://login.example/.well-known/openid-configuration": {
            "issuer": "https://login.example", "jwks_uri": "https://login.example/jwks",
            "token_endpoint": "https://login.example/token",
        },
        "https://login.example/jwks": KeySet([KEY]).as_dict(private=False),
        "https://login.example/token": {"id_token": _token(change(GOOD), key, algorithm)},
    }  # fmt: skip
    monkeypatch.setattr(oidc, "_json", lambda method, url, **more: answers[url])
    given = settings.read(oidc_issuer="https://login.example", oidc_client_id="zeng", oidc_client_secret="x")
    ticket = oidc.Ticket("s", "n", "v", "/")
    if holds:
        assert oidc.Provider(given).answered(ticket, BACK, state="s", code="c")["sub"] == "s1"
    else:
        with pytest.raises(Refused):
            oidc.Provider(given).answered(ticket, BACK, state="s", code="c")


def _token(claims: dict[str, Any], key: RSAKey | None, algorithm: str) -> str:
    if key is not None:
        return jwt.encode({"alg": algorithm, "kid": KEY.thumbprint()}, claims, key)
    parts = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"oidc_issuer": "http://login.example"}, "only https"),
        ({"oidc_issuer": "https://login.example"}, "ZENG_OIDC_CLIENT_ID"),
        ({"oidc_roles": "groups=x:administrator"}, "roles are auditor"),
        ({"oidc_roles": "groups"}, "CLAIM=VALUE:ROLE"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(given: dict[str, str], said: str) -> None:
    with pytest.raises(settings.BadSettings, match=said):
        settings.read(**given)


def test_an_address_of_mail_counts_only_where_it_was_verified() -> None:
    assert oidc.login_of({"email": "a@edu.az", "email_verified": True}, "email") == "a@edu.az"
    assert oidc.login_of({"email": "a@edu.az"}, "email") == ""
    assert oidc.role_of({"groups": ["a", "b"]}, "groups=x:noc, groups=b:operator") is Role.OPERATOR
    assert oidc.role_of({}, "groups=x:noc") is None


def test_the_cookie_of_a_sign_in_is_hidden_from_scripts(client: TestClient) -> None:
    away = client.get("/sign-in/provider", follow_redirects=False)
    cookie = away.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert auth.SESSION not in cookie
