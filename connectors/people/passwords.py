"""Passwords: how they are hashed, proven and made. Hashing is slow by design: never in the event loop."""

import base64
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10  # characters
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"  # nothing that is taken for something else
_GROUPS, _GROUP = 4, 4  # 93 bits


class PasswordWeakError(ValueError):
    """A password that is too easy to guess; the words are for whoever chose it."""

    def __init__(self) -> None:
        super().__init__(f"パスワードは{SHORTEST}文字以上にしてください")


class Passwords:
    """Argon2id with the parameters of the library's default profile (or of `hasher`)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = _hash_of_nothing(self._hasher)

    def hash(self, password: str) -> str:
        """What is stored of a password.

        Raises:
            PasswordWeakError: It is too short.
        """
        expect_strong(password)
        return self._hasher.hash(_bytes(password))

    def proves(self, password: str, stored: str | None) -> bool:
        """Whether it is the password of the hash; takes as long where there is none, because nobody has the name."""
        try:
            self._hasher.verify(stored or self._nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than are wanted now."""
        return self._hasher.check_needs_rehash(stored)


def expect_strong(password: str) -> None:
    """Refuses what is too easy to guess.

    Raises:
        PasswordWeakError: It is too short.
    """
    if len(_normal(password)) < SHORTEST:
        raise PasswordWeakError


def new_password() -> str:
    """A password that cannot be guessed and can be read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)  # keyboards compose the same letters in different ways


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")  # a terminal may hand in bytes that are no text


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password has, as slow to refuse as any other."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"
