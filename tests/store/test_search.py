"""The index of words finds the same papers, in the same order, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from digestbot.core.search import enough, indexed, like, read_search, tellings
from digestbot.core.synonyms import Synonyms
from digestbot.store import Store
from tests.builders import NOON, a_paper

SYNONYMS = Synonyms([["RAG", "retrieval augmented generation", "검색 증강 생성"]])
PAPERS = [
    a_paper(1, "KV Cache Compression", abstract="We compress it.", upvotes=3),
    a_paper(2, "Faster Decoding", abstract="The KV cache is kept. A KV cache is small.", upvotes=90),
    a_paper(
        3, "Longer Contexts", abstract="A cache of KV pairs.", upvotes=50, authors=("Ann Lee", "Bo Chen")
    ),
    a_paper(
        4, "Fine-Tuning Mixture-of-Experts", abstract="Models are tuned.", ai_keywords=("sparse models",)
    ),
    a_paper(5, "A Finetuning Survey", abstract="On C++ and C#, naïve Poincaré maps.", authors=("김민준",)),
    a_paper(6, "Retrieval-Augmented Generation", abstract="It retrieves.", organization="Lee Labs"),
    a_paper(7, "RAG at Scale", abstract="A study of 확산 모델 at scale.", upvotes=1),
    a_paper(8, "Two Datasets", abstract="A data set for agents; agents like it.", upvotes=2),
    a_paper(9, "One More", abstract="Agents, and a dataset.", upvotes=5),
    a_paper(10, "One More Still", abstract="Agents, and a dataset.", upvotes=5),
]
FINDS = {
    "kv cache": [1, 2, 3],
    "KV-Cache": [1, 2],
    '"kv cache"': [1, 2],
    "“cache of KV”": [3],
    "cache -compression": [2, 3],
    '-"cache of kv" cache': [1, 2],
    "CACHES": [1, 2, 3],
    "fine-tuning": [4, 5],
    "finetuning": [5, 4],
    "fine tuning": [4, 5],
    "mixture of experts": [4],
    "sparse model": [4],
    "lee": [3, 6],
    '"lee bo"': [],
    '"bo chen"': [3],
    "김민준": [5],
    "poincare naive": [5],
    "c++": [5],
    "c#": [5],
    "rag": [7, 6],
    "retrieval augmented generation": [6, 7],
    "검색 증강 생성": [7, 6],
    "확산": [7],
    "data set": [8, 10, 9],
    "agents": [8, 10, 9],
    "2510.00004": [4],
    "title": [],
    "nothing": [],
}
HOSTILE = (
    'a" OR "b', "cache*", "NEAR(cache kv)", "cache AND OR NOT", "title:cache", "title : cache", "{title}: x",
    "cache & !kv | <->", "'; DROP TABLE papers; --", "a\\'b", "cache\x00kv", "🦙 llama", "a:*", "'a':1",
    "$1 :q0 ?", "캐시*", "cache \ud83d", "ß ſ ﬁ İ", "x" * 200, "a " * 12, "a^b",
)  # fmt: skip


async def found(store: Store, text: str) -> list[int]:
    async with store.read() as tables:
        got = await tables.index.find(read_search(text, SYNONYMS), 100)
    assert got.total == len(got.best)
    return [int(paper_id.split(".")[1]) for paper_id, _ in got.best]


async def filled(store: Store) -> None:
    async with store.write() as tables:
        await tables.papers.save(PAPERS, NOON)


async def test_words_find_papers_best_first(store: Store) -> None:
    """The title before keywords before the abstract; of equals the one with more votes, then the newer."""
    await filled(store)
    assert {text: await found(store, text) for text in FINDS} == FINDS


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_a_stranger_types_is_words(store: Store, text: str) -> None:
    """No syntax of either database, no error; what holds no word is refused before."""
    await filled(store)
    assert set(await found(store, text)) <= set(range(1, 11))
    async with store.read() as tables:
        assert await tables.papers.last_arrival() == len(PAPERS)


async def test_the_index_follows_the_papers(store: Store) -> None:
    """What changes is found by its new words alone, what is undone not at all, what only gets votes stays."""
    await filled(store)
    async with store.write() as tables:
        await tables.papers.save(
            [replace(PAPERS[0], title="Quantisation", abstract="Bits.", upvotes=4)], NOON
        )
    assert await found(store, "compression") == []
    assert await found(store, "quantization") == [1]
    async with store.write() as tables:
        await tables.papers.save([replace(PAPERS[1], upvotes=1)], NOON)
    assert await found(store, "kv cache") == [2, 3]
    with pytest.raises(ZeroDivisionError):
        async with store.write() as tables:
            await tables.papers.save([a_paper(11, "Unheard")], NOON)
            raise ZeroDivisionError
    assert await found(store, "unheard") == []


async def test_a_paper_that_arrives_twice_is_found_once(store: Store) -> None:
    """First arXiv tells of it; Hugging Face gives it another number, and more to find it by."""
    first = a_paper(1, "On Llamas", on_hugging_face=False)
    async with store.write() as tables:
        await tables.papers.save([first, *PAPERS[1:]], NOON)
        await tables.papers.save([replace(first, on_hugging_face=True, ai_keywords=("alpacas",))], NOON)
    assert await found(store, "llama") == [1]
    assert await found(store, "alpaca") == [1]
    async with store._engine.connect() as connection:
        rows = await connection.scalar(sa.text("SELECT count(*) FROM paper_words"))
    assert rows == len(PAPERS)


async def test_the_best_come_with_how_many_there_are(store: Store) -> None:
    """A limit cuts the list, not the count."""
    await filled(store)
    async with store.read() as tables:
        got = await tables.index.find(read_search("cache", SYNONYMS), 2)
    assert ([paper_id for paper_id, _ in got.best], got.total) == (["2510.00001", "2510.00002"], 3)


async def test_papers_that_share_rare_words_are_alike(store: Store) -> None:
    """What all share counts little; a paper is not like itself."""
    await filled(store)
    async with store.read() as tables:
        counts = await tables.index.counts(tellings(PAPERS[1]), 50)
        points = like(PAPERS[1], counts, len(PAPERS))
        got = await tables.index.sharing(points, 10, but=PAPERS[1].id)
        assert await tables.index.counts([], 9) == []
        assert await tables.index.counts(["cach", "kv"], 2) == [2, 2]
        assert (await tables.index.sharing((), 10, but="")).best == ()
    assert {paper_id for paper_id, shared in got.best if shared >= enough(points)} == {
        "2510.00001",
        "2510.00003",
    }


async def test_an_upgrade_indexes_what_is_there(database_url: str) -> None:
    """As the index would be, had it been there from the start."""
    papers = {"older": Store(database_url)}
    async with papers["older"] as store:
        await store.upgrade("0004")
        async with store._engine.begin() as connection:
            await connection.run_sync(_insert_as_then)
        await store.upgrade()
        assert {text: await found(store, text) for text in FINDS} == FINDS


async def test_a_search_has_one_number(store: Store) -> None:
    """The same for the same words, also when two ask at once; forgotten when nobody asks."""
    async with store.write() as tables:
        first = await tables.searches.number("kv cache", NOON)
        assert await tables.searches.number("확산", NOON) != first
        assert await tables.searches.number("kv cache", NOON) == first
    async with store.write() as tables:
        assert await tables.searches.words(first) == "kv cache"
        await tables.searches.forget(NOON.replace(year=2026))
        assert await tables.searches.words(first) is None


def _insert_as_then(connection: sa.Connection) -> None:
    then = sa.MetaData()
    then.reflect(connection, only=["papers"])
    for arrival, paper in enumerate(PAPERS, 1):
        row = {column.name: getattr(paper, column.name, None) for column in then.tables["papers"].columns}
        connection.execute(then.tables["papers"].insert(), {**row, "arrival": arrival, "first_seen_at": NOON})


def test_what_is_indexed_is_spelt_alike_everywhere() -> None:
    """Only letters that no database takes for anything else; a compound also as one word."""
    words = indexed(a_paper(1, "Fine-Tuning für C++", ai_keywords=("확산 모델",), authors=("O'Neil, Ann",)))
    assert all(
        set(word) <= set("abcdefghijklmnopqrstuvwxyz0123456789_") for word in words.title + words.people
    )
    assert "finetuning" in words.title
    assert "c_2b__2b_" in words.title
