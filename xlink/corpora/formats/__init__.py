"""Formats of annotated text, in and out; long readers and writers have a module each."""
