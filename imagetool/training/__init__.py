"""Data, degradations, losses and evaluation; makes and measures what lies in `weights/`."""
