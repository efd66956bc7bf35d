raise RuntimeError("the numpy of a plugin was imported")
