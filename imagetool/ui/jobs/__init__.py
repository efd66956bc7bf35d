"""The list of jobs and what the window says of each."""
