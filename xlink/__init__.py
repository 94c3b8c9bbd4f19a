"""xlink."""
