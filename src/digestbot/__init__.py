"""digestbot brings each subscriber a daily digest of new research papers in Telegram.

The core decides, the store remembers, render speaks, the bot carries; actions put them in order; `app.py`
introduces them to each other.

    cli.py         the command line: parse → one errand → print; check, demo, theatre … beside it
    errands.py     what a command has the app do
    running.py     a bot that runs: what starts and stops in which order
    app.py         settings in, all parts out, introduced to each other
    bot/           the only room that speaks to Telegram
    schedule.py    a few named jobs: one a source, refresh, summaries, plan, send, housekeeping, heartbeat
    web/           answers HTTP: health, readiness, metrics, Telegram's webhook
    playground/    a Telegram, an arXiv, a language model … of our own, a page; for demo and tests
    actions/       what one can do: ingest, library, reasons, membership, topics, write, plan, deliver
    store/         the only SQL
    sources/       asks the outside world
    render/        the only words and the only markup
    core/          the rules, pure
    vocabulary.py  reads config/synonyms.toml, what means the same
    settings/      each setting once
    log.py         one event a line, no secret in any
    observe.py     errors to Sentry, traces to OpenTelemetry, where they are wanted
    errors.py      what can go wrong, as one tree

A file imports only from rooms below its own (`make house` checks it). To add

    a shell command    cli.py, errands.py if it needs the app, README's table
    a command          bot/handlers/, then the action it asks, render/templates/ for its words, render/menu.py
    a setting          settings/groups.py, checks.py, then `digestbot settings > config/digestbot.toml`,
                       and with --markdown > docs/configuration.md
    a source           sources/, app.py, and its server in playground/
    a word, a layout   render/templates/, then `make messages` and render/locale/
    a language         core/languages.py, render/locale/, what its readers type in core/wishes.py, days.py
    a rule of interest core/query.py, core/match.py, docs/topics.md
    a rule of search   core/search.py, store/search.py, and a migration that fills the index anew
    a synonym          config/synonyms.toml
    a column           store/schema.py and a migration in store/migrations/versions/
    a timed job        schedule.py
    a word of a prompt core/prompt.py, and its VERSION
    a metric           web/metrics.py, config/grafana.json
    a retry rule       core/delivery.py
    a Telegram refusal playground/rules.py
    a part of the page playground/view.py and page.py, then playground/web/; theatre.py moves the clock
"""

__version__ = "0.1.0"
