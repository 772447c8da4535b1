"""Districts and schools are written down only under codes and names that the rest can carry."""

import pytest
from sqlmodel import Session

from inventory.errors import Conflict, Invalid, NotFound
from tests import cast


def district(session: Session, code: str = "AZ-SAB", az: str = "Sabirabad", ru: str = "Сабирабад") -> str:
    return cast.named(session, code, az=az, en="Sabirabad", ru=ru).code


@pytest.mark.parametrize(
    ("code", "az", "ru", "field"),
    [
        pytest.param("", "Quba", "Губа", "code", id="no code"),
        pytest.param("AZ-LONGLONGLONGLONG", "Quba", "Губа", "code", id="a code longer than its column"),
        pytest.param("az-qba", "Quba", "Губа", "code", id="a code in small letters"),
        pytest.param("AZ/QBA", "Quba", "Губа", "code", id="a code that would break an address"),
        pytest.param("AZ-QBA\n", "Quba", "Губа", "code", id="a code with a line break"),
        pytest.param("AZ-QBA", "", "Губа", "az", id="no name"),
        pytest.param("AZ-QBA", "Quba", " ", "ru", id="a name of blanks"),
        pytest.param("AZ-QBA", "Qu\x1bba", "Губа", "az", id="a name with a control character"),
    ],
)
def test_a_district_that_cannot_be_one_is_refused(session: Session, code: str, az: str, ru: str, field: str) -> None:
    with pytest.raises(Invalid, match=r"; right (is|are) ") as refused:
        district(session, code, az, ru)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("emis", "name", "field"),
    [
        pytest.param("", "nix", "emis", id="no code"),
        pytest.param("1/9", "nix", "emis", id="a code that would break the address of the page"),
        pytest.param("..", "nix", "emis", id="a code that an address takes for the folder above"),
        pytest.param("ə190", "nix", "emis", id="a letter outside ASCII"),
        pytest.param("1" * 33, "nix", "emis", id="a code longer than its column"),
        pytest.param("190", "", "name", id="no name"),
        pytest.param("190", " \t", "name", id="a name of blanks"),
        pytest.param("190", "a\nb", "name", id="a name of two lines"),
        pytest.param("190", "a" * 201, "name", id="a name longer than its column"),
    ],
)
def test_a_school_that_cannot_be_one_is_refused(session: Session, emis: str, name: str, field: str) -> None:
    code = district(session)
    with pytest.raises(Invalid, match="; right are ") as refused:
        cast.opened(session, emis, name, code)
    assert refused.value.field == field


def test_a_school_is_there_once_and_in_a_district_that_is_known(session: Session) -> None:
    code = district(session)
    assert cast.opened(session, "DEMO-190", "190 nömrəli tam orta məktəb", code).district_code == "AZ-SAB"
    with pytest.raises(Conflict, match="DEMO-190 is there already"):
        cast.opened(session, "DEMO-190", "another", code)
    with pytest.raises(NotFound, match="zeng district load"):
        cast.opened(session, "191", "another", "AZ-QBA")
