"""Filling what is painted over."""
