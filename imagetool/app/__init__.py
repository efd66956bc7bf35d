"""Builds the objects of the window and connects them."""
