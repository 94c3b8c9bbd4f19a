"""Readers of terminology files, one format a module, registered under `xlink.sources`.

A source is a frozen keyword-only dataclass. Its field `files` holds the files that the addresses of
a specification came to; every other field is an option, which the specification sets by name.
Names leave `Alias.source` empty, and the specification's label fills it in.
"""
