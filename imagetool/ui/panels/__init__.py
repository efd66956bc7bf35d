"""The panels at the right of the canvas."""
