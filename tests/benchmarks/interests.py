"""Measures interests: how long it takes to match a million subscribers, and what the worst topics cost.

    python -m tests.benchmarks.interests [--days DAY.json.gz…] [--judge FILE] [--subscribers 1000000]
        [--acronym-days DAY.json.gz…]

Without *days*, raw `daily_papers` answers, papers and keywords are made up. A *judge* is a script that makes
topics of the days' keywords and scores a ranking; without one the quality is not measured. Each figure is a
line `figure NAME VALUE`; times are in seconds of this process, memory in MB above what it held before.
"""

import argparse
import itertools
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from digestbot.core.match import Matcher
from digestbot.core.paper import Paper
from digestbot.core.postings import Postings, Rules
from digestbot.core.query import parse
from digestbot.core.text import words
from digestbot.errors import QueryError
from digestbot.topics import read_papers
from digestbot.vocabulary import load_synonyms

PAPERS = 100
DISTINCT = 30_000
ACRONYMS = ("rag", "rl", "sam", "ppo", "gan", "ocr", "bert", "moe", "vla", "nerf")
SAMPLE = 300
"""Subscribers of the slow ways, the time of which is then scaled up."""
SYLLABLES = (
    "ba",
    "de",
    "fi",
    "go",
    "lu",
    "ma",
    "ne",
    "pi",
    "ro",
    "su",
    "ta",
    "ve",
    "xi",
    "ker",
    "lin",
    "mor",
)
HOSTILE = (
    "(" * 10_000,
    "(" * 50 + "a" + ")" * 50,
    "AND " * 2_500,
    "-" * 10_000,
    '"' * 9_999,
    "'; DROP TABLE papers; --",
    "<script>alert(1)</script>" * 30,
    "\u202e\u200b" * 5_000,
    "a* " * 3_000,
    "title:" * 1_500,
)
WORST = (
    "(" * 19 + "model" + ")" * 19,
    " OR ".join(f"w{number}" for number in range(15)),
    "-a -b -c -d -e -f -g -h -i -j -k -l -m -n -o -p -q -r -s -t -u -v -w -x -y -z -model -image",
    "re*",
    "the NEAR/50 of",
    "((((a OR b) c OR d) e OR f) g OR h) i OR j",
    "llm agent rag moe vlm rl sft dpo grpo",
)


def figure(name: str, value: float) -> None:
    print(f"figure {name} {value:.3f}", flush=True)  # noqa: T201 - it is what this file is for


def timed(work: Callable[[], object], times: int = 3) -> float:
    """Return the seconds of the fastest of some runs."""
    return min(_seconds(work) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def invented(random_: random.Random) -> tuple[list[Paper], list[str]]:
    """Return made-up papers, and the terms that their abstracts are full of."""
    lexicon = ["".join(random_.choices(SYLLABLES, k=random_.randint(2, 4))) for _ in range(4000)]
    terms = [" ".join(random_.choices(lexicon, k=random_.randint(1, 3))) for _ in range(DISTINCT)]
    weights = [1 / (rank + 1) for rank in range(len(terms))]
    papers = [
        Paper(
            id=f"2501.{number:05}",
            title=" ".join(random_.choices(terms, weights, k=4)),
            abstract=". ".join(" and ".join(random_.choices(terms, weights, k=10)) for _ in range(8)),
            listed_on=date(2025, 1, 1),
        )
        for number in range(PAPERS)
    ]
    return papers, terms


def real(days: Sequence[Path]) -> tuple[list[Paper], list[str]]:
    """Return the newest papers of *days*, and topics: keywords, the frequent first, then titles' words."""
    papers = read_papers(days, hide_keywords=False)
    counts = Counter(keyword for paper in papers for keyword in paper.ai_keywords)
    pairs = (" ".join(pair) for paper in papers for pair in itertools.pairwise(words(paper.title)))
    topics = dict.fromkeys(itertools.chain((keyword for keyword, _ in counts.most_common()), pairs))
    wanted = itertools.islice(filter(_is_topic, topics), DISTINCT)
    return [replace(paper, ai_keywords=()) for paper in papers[-PAPERS:]], [*wanted]


def _is_topic(term: str) -> bool:
    try:
        return bool(parse(term))
    except QueryError:
        return False


def readers(terms: Sequence[str], count: int, random_: random.Random) -> Iterator[tuple[str, ...]]:
    """Yield the topics of subscribers, 1 to 10 each, Zipf over *terms*."""
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(terms))))
    for _ in range(count):
        yield tuple(random_.choices(terms, cum_weights=weights, k=random_.randint(1, 10)))


def substring(papers: Sequence[Paper], asked: Sequence[Sequence[str]]) -> int:
    """Match as most bots do."""
    texts = [f"{paper.title} {paper.abstract}".lower() for paper in papers]
    return sum(any(topic.lower() in text for topic in topics) for topics in asked for text in texts)


def expressions(papers: Sequence[Paper], asked: Sequence[Sequence[str]]) -> int:
    """Match with a regular expression per subscriber."""
    texts = [f"{paper.title} {paper.abstract}" for paper in papers]
    found = 0
    for topics in asked:
        wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, topics))})\b", re.IGNORECASE)
        found += sum(wanted.search(text) is not None for text in texts)
    return found


def measure_crowd(papers: Sequence[Paper], terms: Sequence[str], subscribers: int) -> None:
    rules = Rules(load_synonyms())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked = [*readers(terms, subscribers, random.Random(2))]
    topics = {topic for topics in asked for topic in topics}

    def work(asked_: Sequence[Sequence[str]]) -> int:
        postings = Postings(papers, rules, topics)
        return sum(postings.brought(topics).bit_count() for topics in asked_)

    figure("interests.matched_pairs", work(asked))
    figure("interests.memory_mb", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    double = [*asked, *readers(terms, subscribers, random.Random(4))]
    once, twice = timed(lambda: work(asked)), timed(lambda: work(double))
    figure("interests.topics", len(topics))
    figure("interests.million_seconds", once)
    figure("interests.twice_the_time", twice / once)
    sample = [*readers(terms, SAMPLE, random.Random(3))]
    scale = subscribers / SAMPLE
    figure("interests.substring_loop_seconds", scale * timed(lambda: substring(papers, sample), times=1))
    figure("interests.regex_loop_seconds", scale * timed(lambda: expressions(papers, sample), times=1))


def measure_quality(judge: str, days: Sequence[Path], *options: str) -> None:
    """Print how well `digestbot topics rank` finds the papers whose source names a keyword."""
    files = [str(day) for day in days]
    name = "hidden" if options else "shown"
    with tempfile.TemporaryDirectory() as folder:
        topics, ranking = Path(folder) / "topics.jsonl", Path(folder) / "ranking.jsonl"
        topics.write_text(_output(judge, "topics", *files), encoding="utf-8")
        rank = ("-m", "digestbot", "topics", "rank", "--papers", *files, "--topics", str(topics), *options)
        ranking.write_text(_output(*rank), encoding="utf-8")
        told = _output(judge, "score", str(ranking), *files)
    for what, value in re.findall(r"(macro recall|macro precision|MAP) ([\d.]+)", told):
        figure(f"interests.keywords_{name}.{what.replace(' ', '_').lower()}", float(value))


def _output(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def measure_worst(papers: Sequence[Paper]) -> None:
    def cost(topic: str) -> float:
        matcher = Matcher([topic], synonyms)
        return timed(lambda: matcher.match(papers), times=5)

    synonyms = load_synonyms()
    plain = cost("model")
    worst = {topic: cost(topic) / plain for topic in WORST}
    figure("interests.worst_topic_times_plain", max(worst.values()))
    slowest = max(_seconds(lambda topic=topic: _is_topic(topic)) for topic in HOSTILE)  # type: ignore[misc]
    figure("interests.hostile_parse_seconds", slowest)


def measure_acronyms(days: Sequence[Path]) -> None:
    """Count the papers that short acronyms find, and those that hold neither the word nor its expansion.

    The words are looked for here by plain lower-case tokens, not by the matcher.
    """
    papers = {paper.id: paper for paper in read_papers(days, hide_keywords=False)}
    synonyms = load_synonyms()
    found = Matcher(ACRONYMS, synonyms).match(papers.values())
    counts, without = Counter[str](), 0
    for paper_id, matches in found.items():
        paper = papers[paper_id]
        text = _tokens(f"{paper.title} | {paper.abstract} | {' | '.join(paper.ai_keywords)}")
        for match in matches:
            counts[match.topic] += 1
            known = [group for group in synonyms.groups if match.topic in map(str.lower, group)]
            said = {_tokens(term) for term in (match.topic, *itertools.chain.from_iterable(known))}
            without += not any(term in text for term in said if term.strip())
    for acronym in ACRONYMS:
        figure(f"interests.acronym_{acronym}_papers", counts[acronym])
    figure("interests.acronyms_without_word_or_expansion", without)


def _tokens(text: str) -> str:
    """Return the ASCII words of *text* in small letters and without a final s, with blanks around."""
    return f" {' '.join(word.removesuffix('s') or word for word in re.findall('[a-z0-9]+', text.lower()))} "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", nargs="*", type=Path, default=[])
    parser.add_argument("--acronym-days", nargs="*", type=Path, default=[])
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--judge", default="")
    given = parser.parse_args()
    if given.judge and given.days:
        measure_quality(given.judge, given.days, "--hide-keywords")
        measure_quality(given.judge, given.days)
    if given.acronym_days:
        measure_acronyms(given.acronym_days)
    papers, terms = real(given.days) if given.days else invented(random.Random(1))
    measure_worst(papers)
    measure_crowd(papers, terms, given.subscribers)


if __name__ == "__main__":
    main()
