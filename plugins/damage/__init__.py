"""Finds the damage of old photos."""
