"""What a file is by its bytes alone, and what in them may not be stored.

Knows no framework: it runs in a process of its own (`python -m criteria.contents`), which starts
in milliseconds and is stopped when it takes too long; `criteria.files` has the words.
"""
