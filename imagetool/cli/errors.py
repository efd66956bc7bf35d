"""What can be wrong with a command, in sentences."""

from __future__ import annotations

from imagetool.core.errors import ImagetoolError


class UsageError(ImagetoolError):
    """Words that the command line does not understand; ends with status 2."""
