"""How the remembered state changes with what a turn did."""

import msgspec

from bot.conversation import Offer, State
from bot.decision import Decision

_OF_PEOPLE = frozenset({"handoff", "offer", "rating", "comment"})  # what the reception asks for


def calm(state: State) -> State:
    """The state once nothing is offered or awaited any more."""
    return msgspec.structs.replace(state, offered=(), awaiting="", institution="", misses=0)


def answered(state: State, entry_id: str) -> State:
    """The state once an entry was given."""
    return msgspec.structs.replace(calm(state), entry_id=entry_id)


def offered(state: State, decision: Decision, misses: int) -> State:
    """The state once candidates were offered to pick from."""
    offers = tuple(Offer(shown.entry_id, shown.question) for shown in decision.candidates)
    return msgspec.structs.replace(calm(state), offered=offers, misses=misses)


def asking_prefecture(state: State, institution: str) -> State:
    """The state once the prefecture was asked for, whose desk of `institution` is wanted (empty: any)."""
    return msgspec.structs.replace(calm(state), awaiting="prefecture", institution=institution)


def still_asking(before: State, after: State) -> State:
    """The state after small talk: what people asked for stays asked, unless something else was meanwhile."""
    is_asked = before.awaiting in _OF_PEOPLE and not after.awaiting and not after.offered
    return msgspec.structs.replace(after, awaiting=before.awaiting) if is_asked else after


def awaiting(state: State, what: str) -> State:
    """The state once something was asked for."""
    return msgspec.structs.replace(calm(state), awaiting=what)
