"""Who may use the bot."""

import pytest

from digestbot.core.access import Access, Answer, Mode
from digestbot.core.radar import invitation, inviting, unpack

ANN, BO, LAB = 1, 2, -3


@pytest.mark.parametrize(
    ("mode", "user", "chat", "answer"),
    [
        (Mode.OPEN, BO, BO, Answer.ADMIT),
        (Mode.OPEN, BO, None, Answer.ADMIT),
        (Mode.INVITE, BO, BO, Answer.IF_KNOWN),
        (Mode.INVITE, ANN, ANN, Answer.ADMIT),
        (Mode.ALLOWLIST, ANN, ANN, Answer.ADMIT),
        (Mode.ALLOWLIST, ANN, None, Answer.ADMIT),
        (Mode.ALLOWLIST, BO, BO, Answer.REFUSE),
        (Mode.ALLOWLIST, BO, LAB, Answer.ADMIT),
        (Mode.ALLOWLIST, ANN, -4, Answer.REFUSE),
        *((mode, 9, chat, Answer.IGNORE) for mode in Mode for chat in (9, LAB, None)),
        *((mode, ANN, -9, Answer.IGNORE) for mode in Mode),
    ],
)
def test_who_comes_in(mode: Mode, user: int, chat: int | None, answer: Answer) -> None:
    """Denied is denied, wherever; a list of the allowed names groups by their own number."""
    access = Access(mode, frozenset((ANN, LAB)), frozenset((9, -9)))
    assert access.answer(user, chat) is answer


def test_who_keeps_getting_digests() -> None:
    """Guests that are there already do; who is not on the list of the allowed does not."""
    kept = {
        mode: [chat for chat in (ANN, BO, 9) if Access(mode, frozenset((ANN,)), frozenset((9,))).keeps(chat)]
        for mode in Mode
    }
    assert kept == {Mode.OPEN: [ANN, BO], Mode.INVITE: [ANN, BO], Mode.ALLOWLIST: [ANN]}


def test_an_invitation_is_no_list_of_topics() -> None:
    """And the other way round."""
    assert invitation(inviting("a-Code_1")) == "a-Code_1"
    assert unpack(inviting("a-Code_1")) == ()
    assert [invitation(payload) for payload in ("", "i", "tYWdlbnRz")] == [None, None, None]
