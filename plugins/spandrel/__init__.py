"""Makes models of checkpoints whose architecture the spandrel library knows."""
