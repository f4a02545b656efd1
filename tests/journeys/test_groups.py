"""In groups: admins change, all read, and other bots' business is not ours."""

from digestbot.demo import Stage
from digestbot.playground.people import Person
from tests.journeys.conftest import refused


async def test_only_admins_change_a_groups_settings(stage: Stage, ann: Person, minjun: Person) -> None:
    """Anyone may read; who is no admin is told so, and nothing changes."""
    lab = stage.telegram.group("Lab", members=[minjun], admins=[ann])
    await ann.says("/start", in_=lab)
    assert "Welcome" in (await lab.hears()).text
    await minjun.says("/add agents", in_=lab)
    assert "Only this group's admins" in (await lab.hears()).text
    await ann.says("/add agents", in_=lab)
    assert "Added: agents" in (await lab.hears()).text
    await minjun.says("/today", in_=lab)
    assert "2 of 5 match" in (await lab.hears()).text
    assert refused(stage) == []


async def test_an_anonymous_admin_may_change(stage: Stage, ann: Person) -> None:
    """Who speaks as the group itself is one of its admins."""
    lab = stage.telegram.group("Lab", admins=[ann], supergroup=True)
    await lab.says("/start")
    assert "Welcome" in (await lab.hears()).text


async def test_other_bots_commands_and_chatter_are_not_answered(stage: Stage, ann: Person) -> None:
    """Only what is said to us is answered."""
    stage.telegram.bot.reads_all = True
    lab = stage.telegram.group("Lab", admins=[ann])
    for words in ("/nonsense", "/today@other_bot", "hello", "/nonsense@other_bot"):
        await ann.says(words, in_=lab)
    await ann.says(f"/nonsense@{stage.telegram.bot.username}", in_=lab)
    assert "I don't know /nonsense" in (await lab.hears()).text
    assert len([message for message in lab.messages if message.from_bot]) == 1


async def test_a_group_that_becomes_a_supergroup_keeps_its_digest(stage: Stage, ann: Person) -> None:
    """The new id is kept, with topics and all."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/add agents", in_=lab)
    await lab.hears()
    new = lab.migrate()
    await stage.settled()
    await ann.says("/topics", in_=new)
    assert "• agents" in (await new.hears()).text


async def test_a_group_that_puts_us_out_gets_nothing(stage: Stage, ann: Person) -> None:
    """Kicked is blocked: no digest is due there any more."""
    lab = stage.telegram.group("Lab", admins=[ann])
    await ann.says("/start", in_=lab)
    await lab.hears()
    lab.kick_bot(by=ann)
    await stage.settled()
    async with stage.app.store.read() as tables:
        subscriber = await tables.subscribers.in_chat(lab.id)
    assert subscriber is not None
    assert subscriber.next_due_at is None
