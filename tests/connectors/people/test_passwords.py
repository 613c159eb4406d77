"""Passwords: what is stored of them, and that refusing takes as long whoever is asked for."""

import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from connectors.people.passwords import SHORTEST, Passwords, PasswordWeakError, new_password

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """Quick ones, where what they cost does not matter."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


def test_a_password_is_stored_as_argon2id_with_the_librarys_parameters(passwords: Passwords) -> None:
    usual = Passwords()
    stored = usual.hash(PASSWORD)

    assert stored.startswith("$argon2id$")
    assert extract_parameters(stored) == extract_parameters(PasswordHasher().hash("x"))
    assert not usual.is_outdated(stored)
    assert usual.is_outdated(passwords.hash(PASSWORD))


def test_the_same_password_is_never_stored_the_same(passwords: Passwords) -> None:
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_only_the_password_proves_itself(passwords: Passwords) -> None:
    stored = passwords.hash(PASSWORD)

    assert passwords.proves(PASSWORD, stored)
    assert not passwords.proves(PASSWORD + " ", stored)
    assert not passwords.proves("", stored)
    assert not passwords.proves(PASSWORD, None)
    assert not passwords.proves(PASSWORD, "not a hash")


def test_a_password_is_the_same_however_a_keyboard_composes_it(passwords: Passwords) -> None:
    assert passwords.proves("か\u3099くせいのあいことば", passwords.hash("がくせいのあいことば"))
    assert passwords.proves("ＡＢＣ-１２３４５６７", passwords.hash("ABC-1234567"))


@pytest.mark.parametrize("password", ["あ" * SHORTEST, "\ud83d" * SHORTEST, "\x00" * SHORTEST, "a" * 1000])
def test_any_characters_make_a_password(passwords: Passwords, password: str) -> None:
    assert passwords.proves(password, passwords.hash(password))


@pytest.mark.parametrize("password", ["", "123456789", "か\u3099" * 9])
def test_a_short_password_is_refused_in_words(passwords: Passwords, password: str) -> None:
    with pytest.raises(PasswordWeakError, match="10文字以上"):
        passwords.hash(password)


def test_refusing_costs_as_much_where_nobody_has_the_name() -> None:
    passwords = Passwords()
    stored = passwords.hash(PASSWORD)

    def cost(of: str | None) -> float:
        """CPU time, which other work on the machine does not change much."""
        took = []
        for _ in range(3):
            began = time.process_time()
            passwords.proves("wrong password", of)
            took.append(time.process_time() - began)
        return min(took)

    assert cost(None) == pytest.approx(cost(stored), rel=0.5)


def test_made_passwords_are_strong_and_never_the_same() -> None:
    made = {new_password() for _ in range(100)}

    assert len(made) == 100
    assert all(len(password) >= 16 and password.isascii() for password in made)
