"""Numbers as people write them in schools."""

import pytest

from inventory import phones
from inventory.phones import Fit
from inventory.places import PhoneKind

FIXED, MOBILE, SHORT, UNKNOWN = PhoneKind.FIXED, PhoneKind.MOBILE, PhoneKind.SHORT, PhoneKind.UNKNOWN


@pytest.mark.parametrize(
    ("raw", "prefixes", "e164", "kind"),
    [
        pytest.param("(012) 498-12-34", (), "+994124981234", FIXED, id="brackets and dashes"),
        pytest.param("00994 12 498 12 34", (), "+994124981234", FIXED, id="the international prefix as 00"),
        pytest.param("+994 50 212 34 56", (), "+994502123456", MOBILE, id="a mobile"),
        pytest.param("050/212-34-56", (), "+994502123456", MOBILE, id="a slash after the operator"),
        pytest.param("498 12 34", ("12",), "+994124981234", FIXED, id="seven digits get Baku's 12"),
        pytest.param("5 12 34", ("2230",), "+994223051234", FIXED, id="five digits get the district's four"),
        pytest.param(
            "2330 45", ("2330",), "", UNKNOWN, id="six digits whose area does not fit stay as they were written"
        ),
        pytest.param("146", ("12",), "146", SHORT, id="the hotline is no subscriber's number"),
        pytest.param("12 34", (), "", UNKNOWN, id="a number that cannot be read is kept all the same"),
        pytest.param("+90 212 555 12 34", (), "+902125551234", FIXED, id="a number of another country"),
    ],
)
def test_a_number_is_read(raw: str, prefixes: tuple[str, ...], e164: str, kind: PhoneKind) -> None:
    number = phones.read(raw, prefixes)
    assert (number.raw, number.e164, number.kind) == (raw, e164, kind)


def test_the_last_seven_digits_are_those_that_a_caller_s_number_shows() -> None:
    assert phones.read("5 12 34", ["2230"]).last7 == phones.read("+994 22 305 12 34").last7 == "3051234"


def test_an_extension_is_kept_apart() -> None:
    number = phones.read("(012) 498 12 34 daxili 105")
    assert (number.e164, number.extension) == ("+994124981234", "105")


@pytest.mark.parametrize(
    ("caller", "known", "fit"),
    [
        ("+994 12 498 12 34", "(012) 498-12-34", Fit.EXACT),
        ("498 12 34", "(012) 498-12-34", Fit.MAYBE),
        ("+994 22 498 12 34", "(012) 498-12-34", Fit.MAYBE),
        ("34", "(012) 498-12-34", Fit.NOT),
        ("anonymous", "(012) 498-12-34", Fit.NOT),
    ],
    ids=[
        "the same number, written otherwise", "without its area it may be", "the same seven digits elsewhere may be",
        "two digits say nothing", "a hidden caller is nobody's",
    ],
)  # fmt: skip
def test_a_caller_fits(caller: str, known: str, fit: Fit) -> None:
    number = phones.read(known)
    assert phones.fit(phones.read(caller), number.e164, number.last7) is fit
