"""A local-first image editor whose tools are models."""

__version__ = "0.1.0"
