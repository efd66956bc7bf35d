"""Installs plugins: reads, asks, tries, and switches in one step."""
