"""How the remembered state changes with what a turn did."""

import msgspec

from bot.conversation import Offer, State
from bot.decision import Decision


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
