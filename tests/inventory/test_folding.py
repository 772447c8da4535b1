"""Names are found from any keyboard and stand in the order of the Azerbaijani alphabet."""

import pytest

from inventory.folding import az_key, az_lower, az_upper, folded, found


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        pytest.param("Semkir", "Şəmkir", id="Semkir finds Şəmkir"),
        pytest.param("Seki", "Şəki", id="Seki finds Şəki"),
        pytest.param("ŞƏKİ", "Şəki", id="capitals find small letters"),
        pytest.param("Сабирабад", "Sabirabad", id="a Cyrillic keyboard finds the Latin name"),
        pytest.param("isiqli", "Işıqlı", id="dotless i is found by dotted i"),
        pytest.param("190 tam", "190 nömrəli tam orta məktəb", id="beginnings of words in any order of words"),
        pytest.param("21", "Sabirabad, 21 saylı", id="a number is found as a word"),
        pytest.param("", "anything", id="nothing sought finds everything"),
    ],
)
def test_a_name_is_found(sought: str, name: str) -> None:
    assert found(sought, folded(name))


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        pytest.param("emkir", "Şəmkir", id="the middle of a word is not its beginning"),
        pytest.param("21", "121 saylı", id="21 does not find 121"),
        pytest.param("Qax", "Qazax", id="another name is not found"),
    ],
)
def test_a_name_is_not_found(sought: str, name: str) -> None:
    assert not found(sought, folded(name))


def test_small_and_capital_letters_keep_their_dots() -> None:
    assert az_lower("İSTİSMAR ILIQ") == "istismar ılıq"
    assert az_upper("istismar ılıq") == "İSTİSMAR ILIQ"


def test_the_order_is_that_of_the_alphabet_and_numbers_count() -> None:
    names = ["Zaqatala", "Şəki", "Ən", "Əzizbəyov", "Çıraqlı", "Xızı", "Cəlilabad", "Dəvəçi", "21 saylı", "9 saylı"]
    assert sorted(names, key=az_key) == [
        "9 saylı", "21 saylı", "Cəlilabad", "Çıraqlı", "Dəvəçi", "Ən", "Əzizbəyov", "Xızı", "Şəki", "Zaqatala",
    ]  # fmt: skip
