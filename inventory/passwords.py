"""Passwords: what makes a good one, and their one-way images."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inventory import secrets
from inventory.errors import Invalid

SHORTEST = 10
LONGEST = 1000
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, low-memory profile
_nobody = _hasher.hash(secrets.new_token())


def hashed(password: str, login: str = "") -> str:
    """The image to keep. Invalid for a password that is too short, or is the login."""
    if len(password) < SHORTEST:
        raise Invalid(
            "password", "The password is too short; right are at least %(shortest)s characters.", shortest=SHORTEST
        )
    if len(password) > LONGEST:
        raise Invalid(
            "password", "The password is too long; right are at most %(longest)s characters.", longest=LONGEST
        )
    if login and password.casefold() == login.casefold():
        raise Invalid("password", "The password is the login itself; right is one that nobody can guess.")
    return _hasher.hash(password)


def right(image: str | None, password: str) -> bool:
    """Takes as long for somebody who does not exist, or has no password: the two are not told apart."""
    try:
        return _hasher.verify(image or _nobody, password) and bool(image)
    except (VerificationError, InvalidHashError):
        return False
