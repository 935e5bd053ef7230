"""What did the rooms promise each other? Tables, closed code lists, what an agency file may say, the error tree.

Imports the standard library only, so that a DAG file can read every declaration without paying for pandas.
"""
