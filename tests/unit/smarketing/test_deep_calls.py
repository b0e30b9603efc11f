import resource

from smarketing.server.deep_calls import DeepCallsMiddleware


def faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def asked_of_the_system(depth: int) -> int:
    """How often memory is asked for while a call of this depth calls one more 300 times."""

    def leaf() -> None:
        return None

    leaf.__code__ = leaf.__code__.replace(co_stacksize=100)  # more than `down`: one depth leaves it no room

    def down(more: int) -> int:
        if more:
            return down(more - 1)
        before = faults()
        for _ in range(300):
            leaf()
        return faults() - before

    return down(depth)


def test_calls_at_no_depth_ask_the_system_for_memory_each_time():
    def worst(_request):
        return max(asked_of_the_system(depth) for depth in range(300))

    assert DeepCallsMiddleware(worst)(None) < 100
    assert worst(None) >= 300, "not needed any more: this Python keeps its frames in another way"
