"""Several results of one wish beside each other, from which the good ones are kept."""
