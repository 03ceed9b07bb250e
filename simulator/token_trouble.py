"""Makes access tokens that are out stop working, as a reset secret or a shorter life would; nothing new is given out."""

from simulator.world.world import World

ACTIONS = {"expire": 40014, "revoke": 40014, "expire_as_42001": 42001}


def spoil(world: World, action: str, agentid: int | None = None) -> int:
    """Spoil the live tokens of one app or of all; how many. KeyError for an action out of ACTIONS."""
    refusal = ACTIONS[action]
    hit = [
        token for token in world.state.passes.tokens.values()
        if not token.refusal and agentid in (None, token.agentid)
    ]  # fmt: skip
    for token in hit:
        token.refusal = refusal
    return len(hit)
