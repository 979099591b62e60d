"""What a caller of our own API wants done to a world: done, or refused with a sentence."""

from simulator.control.problems import Impossible
from simulator.world.happened import Happened
from simulator.world.inputs import Input
from simulator.world.world import World


def performed(world: World, one: Input) -> Happened:
    """Put an input into a world, and return what came of it; raise `Impossible` where that is nothing."""
    happened = world.do(one)
    if happened.refusal is not None:
        raise Impossible(sentence(happened.refusal.text))
    return happened


def sentence(text: str) -> str:
    """Return what a world says as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
