raise RuntimeError("the imagetool of a plugin was imported")
