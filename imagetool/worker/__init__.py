"""The process that imports plugins and runs their jobs; started by name, imported by nobody."""
