"""One-way images of secrets: codes, tokens and cookies are stored only as these."""

import hashlib
import secrets

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0, 1: a code is read out on the telephone


def image(secret: str) -> bytes:
    """SHA-256: the secrets here are random and long, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).digest()


def new_token() -> str:
    """128 bits; short, because it travels with every report."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """A one-time code to be read out, such as K7QF-3MTA-XW9E (59 bits)."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def spoken(code: str) -> str:
    """A code as it was meant: typed in small letters, with or without hyphens and blanks."""
    letters = "".join(c for c in code.upper() if c.isalnum())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
