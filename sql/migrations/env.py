"""How are revisions applied? On the connection that `pipeline/store.py` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="audit", transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
