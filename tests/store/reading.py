"""What does the database answer to a question that the program never asks?"""

import sqlalchemy as sa

from pipeline.store import Store


def answers(store: Store, query: str) -> list[str]:
    """Each row as text."""
    engine = sa.create_engine(store._url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [str(tuple(row)) for row in connection.execute(sa.text(query))]
