"""Makes models of folders and checkpoints of the diffusers library."""
