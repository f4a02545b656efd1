"""How Alembic runs here: on the connection that `Store.upgrade` gives it, inside its transaction."""

from alembic import context

from digestbot.store.schema import is_ours, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=is_ours,
    render_as_batch=True,  # SQLite can't alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
