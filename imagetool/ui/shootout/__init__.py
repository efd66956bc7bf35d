"""Several models, seeds or settings on one crop, beside each other."""
