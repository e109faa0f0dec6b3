"""What does Alembic need to know?  The connection it is handed, and every table there is.

Run by ``app.database.migrate``, which holds the lock and sets the time-outs.
"""

from __future__ import annotations

from alembic import context

from migrations.every_table import every_table, is_ours

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=every_table(),
    transaction_per_migration=True,
    compare_type=True,
    compare_server_default=True,
    include_object=is_ours,
)

with context.begin_transaction():
    context.run_migrations()
