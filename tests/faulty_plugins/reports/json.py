raise RuntimeError("the json of a plugin was imported")
