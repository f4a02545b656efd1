"""Picks as JSON and back: packed one by one and joined, they are what packing the whole gives."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from digestbot.core.digest import Digest, How, Pick
from digestbot.store.picks import join, pack, pack_pick, risen_of, unpack, with_bar

words = st.text(max_size=12)
picks = st.builds(
    Pick,
    words,
    st.lists(words, max_size=3).map(tuple),
    st.sampled_from(How),
    st.none() | st.integers(-9, 2**31 - 1),
)


@given(st.lists(picks, max_size=5), st.lists(picks, max_size=5))
def test_what_was_packed_is_read_as_it_was(shown: list[Pick], left_out: list[Pick]) -> None:
    """Whatever stands in a topic: quotes, brackets, letters of anybody's."""
    packed = pack(Digest(tuple(shown), tuple(left_out), 7, date(2025, 10, 14)))
    assert unpack(json.loads(packed.picks)) == tuple(shown)
    assert unpack(json.loads(packed.left_out)) == tuple(left_out)
    assert (packed.listed, packed.since) == (7, date(2025, 10, 14))


@given(words, st.lists(words, max_size=3).map(tuple), st.integers(-9, 2**31 - 1))
def test_a_bar_is_added_to_what_is_packed(paper_id: str, topics: tuple[str, ...], bar: int) -> None:
    """It reads as if it had been there before."""
    pick = Pick(paper_id, topics)
    barred = with_bar(pack_pick(pick), bar)
    assert barred == pack_pick(pick._replace(bar=bar))
    both = join([barred, pack_pick(pick)])
    assert risen_of(both, {paper_id: bar + 1}) == (pick._replace(bar=bar),)
    assert risen_of(both, {paper_id: bar}) == ()
