"""PURE. The states of a handoff and what may follow what; an impossible graph fails at import."""

from datetime import datetime

WAITING, ACCEPTED, WORKING, CONNECTED = "waiting", "accepted", "working", "connected"
WON, LOST, RETURNED = "won", "lost", "returned"
OPEN = (WAITING, ACCEPTED, WORKING, CONNECTED)
CLOSED = (WON, LOST, RETURNED)

FOLLOWS: dict[str, frozenset[str]] = {
    WAITING: frozenset({ACCEPTED, WORKING, CONNECTED, WON, LOST, RETURNED}),
    ACCEPTED: frozenset({WORKING, CONNECTED, WON, LOST, RETURNED}),
    WORKING: frozenset({CONNECTED, WON, LOST, RETURNED}),
    CONNECTED: frozenset({WON, LOST, RETURNED}),
    WON: frozenset(),
    LOST: frozenset(),
    RETURNED: frozenset(),
}

# What may be done with a handoff, and in which states.
ACTIONS: dict[str, tuple[str, ...]] = {
    "assign": OPEN,
    "accept": (WAITING,),
    "unaccept": (ACCEPTED,),
    "take_back": (WAITING,),
    "attempt": OPEN,
    "inquiry": (*OPEN, *CLOSED),  # an attempt that answers a lead that asks again
    "send_back": OPEN,
    "undo_return": (RETURNED,),
    "close": (WORKING, CONNECTED),
    "reopen": (WON, LOST),
}
LEADS_TO = {"accept": ACCEPTED, "attempt": WORKING, "send_back": RETURNED, "close": WON}


def may(action: str, state: str) -> bool:
    return state in ACTIONS[action]


def check_actions(actions: dict[str, tuple[str, ...]]) -> None:
    """Raises ValueError where an action would lead where the graph does not."""
    for action, end in LEADS_TO.items():
        wrong = [state for state in actions[action] if state not in (end, CONNECTED) and end not in FOLLOWS[state]]
        if wrong:
            raise ValueError(f"impossible action: {action} in {wrong}")


def check_graph(follows: dict[str, frozenset[str]]) -> None:
    """Raises ValueError where a state is unknown, unreachable from waiting, or an end that is not an end."""
    unknown = set().union(*follows.values()) - set(follows)
    reached, todo = {WAITING}, [WAITING]
    while todo:
        fresh = follows.get(todo.pop(), frozenset()) - reached
        reached |= fresh
        todo += fresh
    ends = {state for state, after in follows.items() if not after}
    if unknown or reached != set(follows) or ends != set(CLOSED):
        raise ValueError(f"impossible states: {unknown=} unreached={set(follows) - reached} {ends=}")


check_graph(FOLLOWS)
check_actions(ACTIONS)


def state_of(
    *,
    accepted_at: datetime | None,
    attempts: int,
    connected_at: datetime | None,
    returned_at: datetime | None,
    verdict: str | None,
) -> str:
    """The state that follows from what happened; `verdict` is the outcome of this handoff: "won", "lost" or None."""
    if returned_at is not None:
        return RETURNED
    if verdict:
        return verdict
    if connected_at is not None:
        return CONNECTED
    if attempts:
        return WORKING
    return ACCEPTED if accepted_at is not None else WAITING
