"""Where do an agency's files come from? Brings new ones into its folder of deliveries, whole or not at all.

    look → is it whole? → fetch beside → verify → note → name

`fetching.py` goes through the agencies; `sources.py` is what may be declared; `ledger.py` is what makes a file arrive
once; each other module is one kind of place. Everything after the folder is as if somebody had put the files there.
"""
