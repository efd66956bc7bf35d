"""Makes pictures larger with networks trained by the project."""
