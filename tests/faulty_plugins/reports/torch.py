raise RuntimeError("the torch of a plugin was imported")
