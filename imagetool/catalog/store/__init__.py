"""The installed plugins on the disk."""
