"""The gate: what each new list was measured by, what its checks found, and why a list is stale."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what the gate keeps from the SQL file of the same name."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
