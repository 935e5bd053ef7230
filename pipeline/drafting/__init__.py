"""How does a sample file become the draft of a declaration? Look at it, judge its columns, write what was found.

`samples.py` and `kinds.py` say which files are looked at together, `looks.py` tells their format, `columns.py` judges
one column, `writing.py` writes the file; `draft.py` does it in order. A format is a module: `wire.py` for text,
`workbooks.py`, `xml_documents.py`, `hl7_messages.py`, `fhir_bundles.py`. What a standard says of a feed is `Known`.
"""
