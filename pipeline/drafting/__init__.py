"""How does a sample file become the draft of a declaration? Look at it, judge its columns, write what was found.

`wire.py` tells the format, `columns.py` judges one column, `writing.py` writes the file; `draft.py` does it in order.
"""
