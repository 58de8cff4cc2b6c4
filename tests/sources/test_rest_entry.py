"""A service is entered as its connection says; secrets go nowhere else."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from rest_source import SINCE, document, numbers, read, rest_system
from web_service import Asked, Reply, WebService, in_order

from aftercare.errors import ConfigurationError, SystemUnreachable

GOOD = Reply({"rows": [document("RO1")]})
PAGES = SINCE.replace("until", 'page: "{page}", until') + "    paging: {by: page}\n"
OAUTH = {"auth": "oauth2", "token_url": "../token", "scope": "orders"}


def entering(tmp_path: Path, **settings: Any) -> Asked:
    with WebService(in_order(GOOD)) as service:
        read(rest_system(tmp_path), service.connection(**settings))
    return service.asked[0]


def test_a_login_is_sent_as_basic_authentication(tmp_path: Path) -> None:
    asked = entering(tmp_path, login="用户", password="密码")
    assert (
        asked.headers["Authorization"] == "Basic " + base64.b64encode("用户:密码".encode()).decode()
    )


def test_a_password_alone_is_a_token(tmp_path: Path) -> None:
    assert entering(tmp_path, password="t0ken").headers["Authorization"] == "Bearer t0ken"


def test_a_key_can_stand_in_a_header_or_in_the_query(tmp_path: Path) -> None:
    asked = entering(tmp_path, password="k", extra={"auth": "header", "name": "X-Key"})
    assert asked.headers["X-Key"] == "k"
    asked = entering(tmp_path, password="k&1", extra={"auth": "query", "name": "key"})
    assert asked.query["key"] == "k&1"
    assert asked.query["since"]


def test_a_key_stands_once_in_a_link_that_holds_it_already(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        again = {"next": f"?p=2&key={asked.query['key']}"} if "p" not in asked.query else {}
        return Reply({"rows": [document(f"RO{len(asked.query)}")], **again})

    with WebService(answer) as service:
        system = rest_system(tmp_path, SINCE + "    paging: {by: link, next: next}\n")
        connection = service.connection(password="k", extra={"auth": "query", "name": "key"})
        read(system, connection)
    assert service.asked[1].query == {"p": "2", "key": "k"}


def test_nothing_is_sent_where_nothing_is_given_whatever_netrc_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert "Authorization" not in entering(tmp_path).headers
    assert entering(tmp_path, password="t").headers["Authorization"] == "Bearer t"


def test_further_headers_are_sent_with_every_request(tmp_path: Path) -> None:
    asked = entering(tmp_path, extra={"headers": {"X-Group": 7}})
    assert asked.headers["X-Group"] == "7"


def oauth_service(tokens: list[dict[str, Any]], good: str) -> Any:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply(tokens.pop(0))
        if asked.headers.get("Authorization") != f"Bearer {good}":
            return Reply(b"", 401)
        return Reply(
            {"rows": [document(f"RO{asked.query['page']}")] if asked.query["page"] < "3" else []}
        )

    return answer


@pytest.mark.parametrize("in_body", [False, True])
def test_a_token_is_bought_once_and_used_for_all_pages(tmp_path: Path, in_body: bool) -> None:
    extra = {**OAUTH, **({"client_auth": "body"} if in_body else {})}
    with WebService(oauth_service([{"access_token": "T1", "expires_in": 3600}], "T1")) as service:
        connection = service.connection(login="id", password="secret", extra=extra)
        assert numbers(read(rest_system(tmp_path, PAGES), connection)) == ["RO1", "RO2"]
    bought, *pages = service.asked
    expected = {"grant_type": "client_credentials", "scope": "orders"}
    if in_body:
        assert bought.body == {**expected, "client_id": "id", "client_secret": "secret"}
        assert "Authorization" not in bought.headers
    else:
        assert bought.body == expected
        assert bought.headers["Authorization"] == "Basic " + base64.b64encode(b"id:secret").decode()
    assert [asked.path for asked in pages] == ["/api/orders"] * 3


def test_a_token_that_runs_out_is_bought_anew(tmp_path: Path) -> None:
    tokens = [{"access_token": "T1", "expires_in": 20} for _ in range(3)]
    with WebService(oauth_service(tokens, "T1")) as service:
        connection = service.connection(login="id", password="secret", extra=OAUTH)
        assert numbers(read(rest_system(tmp_path, PAGES), connection)) == ["RO1", "RO2"]
    assert [asked.path for asked in service.asked].count("/token") == 3


def test_a_token_that_is_refused_midway_is_bought_anew_once(tmp_path: Path) -> None:
    tokens = [{"access_token": "T1"}, {"access_token": "T2"}]

    def answer(asked: Asked) -> Reply:
        good = "T1" if len(tokens) == 1 and asked.query.get("page") == "1" else "T2"
        return oauth_service(tokens, good)(asked)

    with WebService(answer) as service:
        connection = service.connection(login="id", password="secret", extra=OAUTH)
        assert numbers(read(rest_system(tmp_path, PAGES), connection)) == ["RO1", "RO2"]
    assert [asked.path for asked in service.asked].count("/token") == 2


def test_a_fresh_token_that_is_refused_is_not_bought_again(tmp_path: Path) -> None:
    with WebService(oauth_service([{"access_token": "T1"}], "T2")) as service:
        connection = service.connection(login="id", password="secret", extra=OAUTH)
        with pytest.raises(ConfigurationError, match=r"is refused \(status 401\)"):
            read(rest_system(tmp_path, PAGES), connection)
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (
            Reply({"error": "invalid_client"}, 401),
            ConfigurationError,
            "gives no token; check login",
        ),
        (Reply({"token": "secret"}), ConfigurationError, "gives no token; check login"),
        (Reply(b"<html>"), ConfigurationError, "gives no token; check login"),
        (Reply(b"[" * 100_000), ConfigurationError, "gives no token; check login"),
        (Reply(b"", 500), SystemUnreachable, "is in trouble (status 500)"),
    ],
)
def test_a_token_that_cannot_be_had_says_so(
    reply: Reply, error: type[Exception], message: str, tmp_path: Path
) -> None:
    with WebService(in_order(reply)) as service, pytest.raises(error) as told:
        read(
            rest_system(tmp_path),
            service.connection(login="id", password="secret", extra=OAUTH),
        )
    assert message in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"extra": {"auth": "kerberos"}, "password": "p"},
            "has an auth that is not known; use none,",
        ),
        ({"extra": {"auth": "bearer"}}, "needs a password for auth bearer"),
        ({"extra": {"auth": "oauth2"}, "password": "p"}, 'needs a login and {"token_url": "…"}'),
        ({"extra": {"headers": "X-Key: 1"}}, 'needs {"headers": {"name": "value"}} in its extra'),
        ({"password": "two\nlines"}, "characters that cannot be sent; was a line break"),
        ({"password": "ｆｕｌｌ"}, "characters that cannot be sent; was a line break"),
        ({"extra": {"headers": {"X-Group": "组"}}}, "characters that cannot be sent"),
    ],
)
def test_a_connection_that_cannot_enter_says_what_is_missing(
    settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with WebService(in_order(GOOD)) as service, pytest.raises(ConfigurationError) as told:
        read(rest_system(tmp_path), service.connection(**settings))
    assert message in str(told.value)
    assert service.asked == []
