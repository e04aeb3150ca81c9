"""How often somebody without a name may press."""

from yakuba.kernel.residents import Limit


def test_a_budget_is_used_up_and_fills_again_evenly_for_each_sender():
    limit = Limit(at_once=3, in_a_minute=6)
    assert [limit.take("one", 0.0) for _ in range(4)] == [True, True, True, False]
    assert limit.take("two", 0.0), "another sender has a budget of its own"
    assert not limit.take("one", 9.9)
    assert limit.take("one", 20.0)
    limit.give_back("one")
    assert limit.take("one", 20.0), "what was no guess does not count"
    limit.forget()
    assert [limit.take("one", 20.0) for _ in range(4)] == [True, True, True, False]
