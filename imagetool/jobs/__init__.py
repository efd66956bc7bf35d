"""Starts, watches, cancels and restarts workers; turns their answers into callbacks."""
