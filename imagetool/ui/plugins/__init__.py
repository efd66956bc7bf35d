"""The plugin manager: which plugins there are, what is known of each, and what can be done with them."""
