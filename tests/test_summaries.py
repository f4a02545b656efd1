"""`digestbot summaries`: verdicts on a file, and the figures of the check."""

import json
from pathlib import Path

import pytest

from digestbot.errors import UserError
from digestbot.summaries import copied, measure, pairs, report, verify_file
from digestbot.vocabulary import load_synonyms
from tests.builders import a_paper


def test_the_pairs_are_enough_and_half_of_them_korean() -> None:
    languages = [pair.language for pair in pairs()]
    assert len(languages) >= 200
    assert languages.count("ko") * 2 == len(languages)
    assert all(pair.right != pair.wrong for pair in pairs())


def test_the_check_passes_what_is_right_and_catches_what_is_wrong() -> None:
    found = measure(pairs(), load_synonyms())
    assert found.passed >= 0.98 * found.right, found.mistakes
    assert found.caught >= 0.95 * found.wrong, found.mistakes


def test_each_line_gets_its_verdicts(tmp_path: Path) -> None:
    file = tmp_path / "bullets.jsonl"
    line = {"source": "A 7B model.", "language": "ko", "bullets": ["70억 모델이다.", "7억 모델이다."]}
    file.write_text(f"{json.dumps(line)}\n\n{json.dumps({**line, 'bullets': []})}\n", encoding="utf-8")
    told = [json.loads(verdicts)["verdicts"] for verdicts in verify_file(file)]
    assert told == [[{"ok": True, "reason": ""}, {"ok": False, "reason": "number: 7억"}], []]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"source": "a"}',
        '{"source": 1, "language": "ko", "bullets": []}',
        '{"source": "a", "language": "ko", "bullets": [1]}',
        '{"source": "a", "language": "ko", "bullets": "b"}',
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bullets.jsonl"
    file.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError, match="bad-line") as caught:
        list(verify_file(file))
    assert caught.value.values["line"] == 2


def test_a_line_of_any_text_gets_its_verdict(tmp_path: Path) -> None:
    """Half a surrogate in JSON's own writing, and bytes that are no UTF-8."""
    file = tmp_path / "bullets.jsonl"
    line = b'{"source": "a", "language": "ko", "bullets": ["\\ud800 \xff Gone-7B"]}\n'
    file.write_bytes(line)
    (told,) = verify_file(file)
    assert told.isascii()
    assert json.loads(told)["verdicts"][0]["ok"] is False


def test_sentences_are_copied_and_changed() -> None:
    paper = a_paper(abstract="We train on 512 GPUs. It is fast. We use (1) a 3D grid.")
    assert [(pair.right, pair.wrong) for pair in copied([paper])] == [
        ("We train on 512 GPUs.", "We train on 612 GPUs.")
    ]


def test_the_report_prints_both_figures() -> None:
    lines = list(report([]))
    assert lines[0].startswith("figure summaries.pairs.right_passed ")
    assert lines[1].startswith("figure summaries.pairs.wrong_caught ")
