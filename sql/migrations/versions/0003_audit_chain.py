"""The audit trail becomes a chain that nobody can rewrite unseen."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Chain the events and refuse every change of them; `sql/rights/` says who may add some."""
    op.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
