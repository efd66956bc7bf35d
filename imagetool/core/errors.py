"""The root of every error whose text is a sentence for the user."""


class ImagetoolError(Exception):
    """Base of all errors that imagetool raises on purpose.

    `str(error)` is one plain sentence that says what happened and what to do; subclasses take facts, keep
    them as attributes and write that sentence themselves.
    """
