"""Has a feed drifted? What the columns of a file look like, held against the files of the same feed before it.

`profile` counts what a file's columns look like; `likeness` says which column looks like which; `findings` compares a
profile with the feed's history. Pure: tables and counts in, counts and sentences out. `pipeline.drifting` is their rim.
"""
