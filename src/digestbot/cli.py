"""The command line: parse, one errand, print. What takes long to import is imported by who needs it."""

import asyncio
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digestbot import __version__, backups, errands
from digestbot.core.roles import Role
from digestbot.core.summary import Style
from digestbot.errors import OperatorError, SettingsError, UserError

if TYPE_CHECKING:
    from digestbot.actions import Clock
    from digestbot.actions.ingest import DayReport

cli = typer.Typer(
    help="A daily digest of new research papers, in Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help="The database.", no_args_is_help=True)
cli.add_typer(database, name="db")
database.command("copy")(backups.copy)
cli.add_typer(backups.commands)
interests = typer.Typer(help="Topics.", no_args_is_help=True)
cli.add_typer(interests, name="topics")
texts = typer.Typer(help="Summaries.", no_args_is_help=True)
cli.add_typer(texts, name="summaries")

DAY = ["%Y-%m-%d"]


def main() -> None:
    """Run the command line. What the operator can mend ends it with a line for each problem."""
    try:
        cli()
    except OperatorError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        sys.exit(2 if isinstance(error, SettingsError) else 1)
    except UserError as error:
        from digestbot.render.markup import in_short

        print(in_short(error), file=sys.stderr)
        sys.exit(2)


@cli.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


@cli.command()
def run(
    role: Annotated[Role, typer.Option(help="Answer (web), deliver (worker), or all of it.")] = Role.ALL,
) -> None:
    """Be the bot: answer, read the lists, deliver. Stops on SIGTERM or Ctrl-C."""
    errands.with_app(lambda app: errands.run(app, role), needs_token=True)


@cli.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Print it, also where a browser is.")] = False,
) -> None:
    """Show the whole job with two subscribers and some days of sample papers, without token or network.

    Opens the playground where somebody sits before a terminal with a browser; else prints a transcript.
    """
    from digestbot.demo import show
    from digestbot.theatre import SAMPLE, has_browser

    if not headless and has_browser():
        asyncio.run(errands.perform(SAMPLE, "127.0.0.1", 0, opens=True))
    else:
        asyncio.run(show(print))


@cli.command()
def playground(
    port: Annotated[int, typer.Option(help="Of the page; 0 takes any free one.", min=0, max=65535)] = 8765,
    data: Annotated[str, typer.Option(help="sample, live, or a folder of daily_papers answers.")] = "sample",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    i_know: Annotated[
        bool, typer.Option("--i-know", help="Let others reach it; it has no password.")
    ] = False,
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Talk to the whole bot in a browser: no token, and no network but for --data live."""
    from digestbot.theatre import check_host

    check_host(host, is_known=i_know)
    asyncio.run(errands.perform(data, host, port, opens=opens))


@cli.command()
def fetch(
    date: Annotated[datetime | None, typer.Option(formats=DAY, help="One day, 2025-10-15.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="The last day.")] = None,
) -> None:
    """Read lists of papers: one day, a range, or (without options) all that a running bot would read now."""
    if (date and (first or last)) or (last and not first):
        raise typer.BadParameter("give --date D, or --from D --to D, or nothing")
    days = _days(first or date, last or date)
    reports = errands.with_app(lambda app: errands.fetch(app, days))
    for report in reports:
        print(_told(report))
    if any(report.error for report in reports):
        raise typer.Exit(1)


@cli.command()
def deliver(
    at: Annotated[str, typer.Option(help="As if it were this time; UTC where no zone is given.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print it instead, and change nothing.")] = False,
) -> None:
    """Plan and send what is due, then leave."""
    clock = _clock(at)
    if dry_run:
        errands.with_app(errands.preview, clock)
        return
    planned, sent, waiting = errands.with_app(errands.deliver, clock, needs_token=True)
    print(f"{planned} digests planned, {sent} messages sent, {waiting} digests still waiting")
    if waiting:
        raise typer.Exit(1)


@cli.command()
def digest(
    day: Annotated[datetime, typer.Argument(formats=DAY, help="A day, 2025-10-15.")],
    topics: Annotated[str, typer.Option(help="Only papers on these topics, commas between.")] = "",
    form: Annotated[str, typer.Option("--format", help="markdown, html, atom or json.")] = "markdown",
    language: Annotated[str, typer.Option(help="Of the summaries: en, ko, or any BCP-47 tag.")] = "en",
    stored: Annotated[bool, typer.Option("--stored", help="Don't have missing summaries written.")] = False,
    style: Annotated[Style, typer.Option(help="How summaries are written.")] = Style.BULLETS,
) -> None:
    """Print a day's papers as a document."""
    from digestbot.render.document import Format, write

    if form not in list(Format):
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(Format)}", param_hint="--format")
    _check_language(language)
    wanted = errands.Wanted(day.date(), topics, language, style)
    listing = errands.with_app(lambda app: errands.listing(app, wanted, write_missing=not stored))
    if not listing.listed:
        print(
            f"No papers of {day.date()} are stored. Try: digestbot fetch --date {day.date()}", file=sys.stderr
        )
        raise typer.Exit(1)
    print(write(listing, Format(form), language), end="")


@cli.command("import")
def bring_in(
    paths: Annotated[
        list[Path], typer.Argument(help="Daily Papers archives: files, or folders of them.", exists=True)
    ],
    language: Annotated[str, typer.Option(help="The language of their bullets.")] = "ko",
) -> None:
    """Read digests that others kept as Markdown; what can't be read is told by file and line."""
    from digestbot.actions.archives import archives_in

    _check_language(language)
    files = [*archives_in(paths)]
    done = errands.with_app(lambda app: errands.bring_in(app, files, language))
    for problem in (problem for imported in done for problem in imported.problems):
        print(problem, file=sys.stderr)
    papers, new = sum(imported.papers for imported in done), sum(imported.new for imported in done)
    print(f"{len(files)} files read: {papers} papers, {new} of them new")
    if any(imported.problems for imported in done):
        raise typer.Exit(1)


@cli.command()
def check() -> None:
    """Try settings, database, Telegram and the source, and say how to mend what fails."""
    from digestbot.check import examine

    findings = asyncio.run(examine())
    for finding in findings:
        print(f"{'ok    ' if finding.ok else 'failed'}  {finding.what}: {finding.told}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@cli.command()
def healthy() -> None:
    """Tell by the exit code whether the bot that runs on this data folder is alive. For health checks."""
    from digestbot.check import is_alive

    if not is_alive():
        print("The bot does not run, or hangs.", file=sys.stderr)
        raise typer.Exit(1)


@cli.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="As docs/configuration.md.")] = False,
) -> None:
    """Print config/digestbot.toml: every setting with its help and its default."""
    from digestbot.settings.reference import reference
    from digestbot.settings.sample import sample

    print(reference() if markdown else sample(), end="")


@interests.command("rank")
def topics_rank(
    papers: Annotated[
        list[Path], typer.Option(help="Raw daily_papers answers, .json or .json.gz.", exists=True)
    ],
    topics: Annotated[Path, typer.Option(help="A JSON string a line.", exists=True, dir_okay=False)],
    more: Annotated[list[Path] | None, typer.Argument(help="More files of papers.")] = None,
    hide_keywords: Annotated[bool, typer.Option(help="As if the source gave no keywords.")] = False,
    votes: Annotated[bool, typer.Option(help="Let votes and freshness count.")] = False,
) -> None:
    """Print which papers of some files each topic brings, best first, by the bot's own matcher."""
    from digestbot.topics import rank_files

    for line in rank_files([*papers, *(more or [])], topics, hide_keywords=hide_keywords, votes=votes):
        print(line)


@texts.command("verify")
def summaries_verify(
    file: Annotated[
        Path,
        typer.Argument(
            help='{"source": text, "language": tag, "bullets": [text …]} a line.', exists=True, dir_okay=False
        ),
    ],
) -> None:
    """Hold bullets against their sources, by the very check that the bot runs; print the verdicts."""
    from digestbot.summaries import verify_file

    for line in verify_file(file):
        print(line)


@texts.command("report")
def summaries_report(
    papers: Annotated[
        list[Path] | None, typer.Argument(help="Raw daily_papers answers, to measure the check on too.")
    ] = None,
) -> None:
    """Print how often the check of summaries is right, and what it refused of each model."""
    from digestbot.summaries import report, told_of_models

    for line in (*report(papers or []), *errands.with_app(told_of_models)):
        print(line)


@database.command()
def upgrade() -> None:
    """Bring the database's schema up to date; `run` does it too."""
    revision = errands.with_app(lambda app: app.store.revision())
    print(f"The schema is at revision {revision}.")


def _check_language(tag: str) -> None:
    from digestbot.render.i18n import is_language

    if not is_language(tag):
        raise typer.BadParameter(f"{tag!r} is not a BCP-47 tag such as ko", param_hint="--language")


def _days(first: datetime | None, last: datetime | None) -> list[date]:
    if first is None:
        return []
    end = (last or datetime.now(UTC)).date()
    if end < first.date():
        raise typer.BadParameter(f"{first.date()} is after {end}", param_hint="--from")
    return [first.date() + timedelta(days=ahead) for ahead in range((end - first.date()).days + 1)]


def _clock(at: str) -> "Clock | None":
    if not at:
        return None
    try:
        read = datetime.fromisoformat(at)
    except ValueError:
        read = None
    if read is None or not 1970 <= read.year < 9999:  # where time begins and ends no zone can be looked up
        raise typer.BadParameter(f"{at!r} is not a time; write 2025-10-15T08:00", param_hint="--at")
    moment = read if read.tzinfo else read.replace(tzinfo=UTC)
    return lambda: moment


def _told(report: "DayReport") -> str:
    aside = f", {report.rejected} set aside" if report.rejected else ""
    read = f"{report.papers} papers, {report.new} new{aside}"
    return f"{report.day} {report.source} {report.state}: {report.error or read}"
