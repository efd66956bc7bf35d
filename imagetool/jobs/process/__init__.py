"""One worker process as the editor sees it: start, pace, memory, end."""
