"""What stands on the pages? Tests read them, and run the code blocks as they stand."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def page_text(page: str) -> str:
    """What stands on a page of `docs/`?"""
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def code_block(page: str, label: str) -> str:
    """Which Python block of a page carries this label after its fence?"""
    text = page_text(page)
    found = re.findall(rf"^```python {re.escape(label)}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{page} shows one block labelled [{label}]"
    return found[0]
