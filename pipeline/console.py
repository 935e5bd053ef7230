"""How does the command line speak? Tables, progress bars and clear lines, on the terminal and nowhere else."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDTH_WITHOUT_TERMINAL = 150
"""Columns for tables that go into a file or a pipe, where nobody says how wide it is."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress_bars(is_shown: bool) -> Iterator[Callable[[str, float], None]]:
    """Show one bar per step on standard error; say nothing where it is not shown or no terminal is there."""
    if not is_shown:
        yield lambda step, share: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err) as progress:
        bars: dict[str, TaskID] = {}

        def show(step: str, share: float) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=1.0)
            progress.update(bars[step], completed=share)

        yield show


def table(title: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers stand to the right."""
    shown = Table(title=Text(title), title_justify="left", show_edge=False, header_style="bold")
    for position, header in enumerate(headers):
        is_number = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
        shown.add_column(header, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(_cell(cell)) for cell in row))
    out.print(shown)


def _cell(cell: object) -> str:
    """How is a value shown? As plain text: brackets stay brackets, missing is blank, whole numbers have separators."""
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def counted(count: int, noun: str) -> str:
    """How many of a thing, in words?

    >>> counted(1, "file"), counted(2, "file")
    ('1 file', '2 files')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def say_json(content: object) -> None:
    """Print one JSON document for machines: keys sorted, nothing else on standard output."""
    sys.stdout.write(json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, default=str) + "\n")


def complain(message: str) -> None:
    """Say what went wrong and what to do, in one line on standard error."""
    err.print(f"outreach: {message}", markup=False)
