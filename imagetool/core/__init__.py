"""Pictures, places, masks, layers, edits and history as plain values; reads and writes files."""
