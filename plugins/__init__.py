"""The bundled plugins, one folder each, built on the same contract as third-party ones."""
