"""The server refuses to start rather than limp, and says why."""

from pathlib import Path

import pytest

from server import settings


def test_without_any_variable_there_is_a_database_under_data() -> None:
    assert settings.read().database == "sqlite:///data/zeng.db"


def test_every_wrong_variable_is_named_with_its_value_and_what_would_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENG_PORT", "99999")
    monkeypatch.setenv("ZENG_LANGUAGE", "de")
    with pytest.raises(settings.BadSettings) as refused:
        settings.read()
    assert "ZENG_PORT=99999: Input should be less than or equal to 65535" in str(refused.value)
    assert "ZENG_LANGUAGE=de" in str(refused.value)


def test_a_secret_is_masked_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENG_DATABASE_URL", "mysql://zeng:hunter2@db/zeng")
    with pytest.raises(settings.BadSettings) as refused:
        settings.read()
    assert "hunter2" not in str(refused.value)
    assert "ZENG_DATABASE_URL=***: right is sqlite:///" in str(refused.value)


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://zeng@db/zeng\n")
    monkeypatch.setenv("ZENG_DATABASE_URL", f"file:{tmp_path / 'url'}")
    assert settings.read().database == "postgresql+psycopg://zeng@db/zeng"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZENG_METRICS_TOKEN", "file:/nonexistent/token")
    with pytest.raises(settings.BadSettings, match="/nonexistent/token cannot be read: No such file"):
        settings.read()


@pytest.mark.parametrize("name", ["Asia/Nowhere", "", "../../etc/passwd", "Asia", "Asia/Ba\u0259ku"])
def test_a_time_zone_that_does_not_exist_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("ZENG_TIMEZONE", name)
    with pytest.raises(settings.BadSettings) as refused:
        settings.read()
    assert f"ZENG_TIMEZONE={name}: no such time zone; right is" in str(refused.value)
    assert "Asia/Baku" in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://zeng:hunter2@db:port/zeng", "postgresql://zeng:hunter2@db:99x/zeng"])
def test_an_address_that_cannot_be_read_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("ZENG_DATABASE_URL", url)
    with pytest.raises(settings.BadSettings, match="ZENG_DATABASE_URL=") as refused:
        settings.read()
    assert "right is postgresql://user:password@host" in str(refused.value)
    assert "hunter2" not in str(refused.value)
