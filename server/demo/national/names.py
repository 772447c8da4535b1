"""Invented people: a given name and a family name thrown together."""

import random
from typing import Final

WOMEN: Final = (
    "Aygün",
    "Günel",
    "Lalə",
    "Nərgiz",
    "Pərvanə",
    "Sevinc",
    "Şəbnəm",
    "Təranə",
    "Ülviyyə",
    "Xədicə",
    "Zümrüd",
)
MEN: Final = ("Anar", "Cavid", "Elnur", "Fərid", "Hikmət", "İlqar", "Murad", "Rəşad", "Səbuhi", "Tofiq", "Vüqar")
FAMILIES: Final = (
    "Abdullayev", "Bağırov", "Cəfərov", "Əhmədov", "Fətullayev", "Hacıyev", "İbrahimov", "Kazımov", "Mustafayev",
    "Nağıyev", "Orucov", "Paşayev", "Qasımov", "Rəhimov", "Süleymanov", "Şirinov", "Tağıyev", "Verdiyev", "Yusifov",
)  # fmt: skip
MARK: Final = "nümayiş üçün uydurulub"  # stands in the note of each


def invented(dice: random.Random) -> str:
    family = dice.choice(FAMILIES)
    return f"{dice.choice(WOMEN)} {family}a" if dice.random() < 0.6 else f"{dice.choice(MEN)} {family}"
