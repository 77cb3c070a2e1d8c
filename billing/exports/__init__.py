"""Files of money for spreadsheets: their fixed columns, and the rows that a reader may fetch (M11).

`columns` are shared by the exports pages and by the lists that offer *CSV*; `files` says which
files there are, for whom, and by what they are narrowed. docs/exports.md describes them.
"""
