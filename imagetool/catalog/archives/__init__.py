"""Archives and folders of strangers: judged as a whole before anything is written."""
