"""Which plugins and models exist and whether they are sound; reads files only, never imports plugin code."""
