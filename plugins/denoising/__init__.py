"""Takes noise out of pictures with networks trained by the project."""
