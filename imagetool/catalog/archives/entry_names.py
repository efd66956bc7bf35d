"""Which names of files a plugin may bring: those that mean the same file on every system."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

NAME_MAX_BYTES = 240
_FORBIDDEN = '<>:"|?*\\'
_DEVICES = {"CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}
_SHOWN_LENGTH = 80


def shown(name: str) -> str:
    """A name in quotes, shortened, with everything that cannot be shown replaced."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in name)
    return f"“{plain}”" if len(plain) <= _SHOWN_LENGTH else f"“{plain[:_SHOWN_LENGTH]}…”"


def why_not(name: str, depth: int) -> str | None:
    """What is wrong with a relative path with forward slashes, at most `depth` folders deep; None if nothing is.

    Returns:
        The rest of a sentence that begins with the name: “leads out of its folder”.
    """
    if "\\" in name:
        return "has a backslash in its name"
    if name.startswith("/") or (name[1:2] == ":" and name[:1].isalpha()):
        return "has an absolute path"
    parts = name.removesuffix("/").split("/")
    if ".." in parts:
        return "leads out of its folder"
    if "" in parts or "." in parts:
        return "has an empty part or “.” in its path"
    if not name.isprintable():
        return "has signs in its name that cannot be shown"
    if len(name.encode("utf-8")) > NAME_MAX_BYTES:
        return f"has a name of more than {NAME_MAX_BYTES} bytes"
    if len(parts) - 1 > depth:
        return f"lies more than {depth} folders deep"
    return next((reason for part in parts if (reason := _part(part))), None)


def _part(part: str) -> str | None:
    if any(sign in part for sign in _FORBIDDEN):
        return f"has one of {_FORBIDDEN} in its name, which Windows does not take"
    if part.endswith((".", " ")):
        return "has a name that ends with a dot or a space, which Windows drops"
    if part.partition(".")[0].rstrip(" ").upper() in _DEVICES:
        return "has a name that Windows keeps for a device"
    return None


@dataclass(slots=True)
class NamesTaken:
    """The files and folders of one tree so far, compared as the most forgetful file system would.

    Case, Unicode composition and compatibility forms make no difference.
    """

    _files: dict[str, str] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)
    _named_folders: set[str] = field(default_factory=set)

    def why_not(self, name: str, *, folder: bool) -> str | None:
        """Takes the name of a file or a folder; or says, as the rest of a sentence, with what it collides."""
        parts = name.removesuffix("/").split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts) + (1 if folder else 0))]
        for path in above:
            key = _key(path)
            if key in self._files:
                return f"needs {shown(self._files[key])} to be a folder, which is a file"
            if self._folders.setdefault(key, path) != path:
                return f"differs from {shown(self._folders[key])} only in case or in how its letters are written"
        return self._named_folder(above[-1]) if folder else self._file("/".join(parts))

    def _named_folder(self, path: str) -> str | None:
        if path in self._named_folders:
            return "is there twice"
        self._named_folders.add(path)
        return None

    def _file(self, path: str) -> str | None:
        key = _key(path)
        if key in self._folders:
            return "is a file where another entry needs a folder"
        other = self._files.get(key)
        if other is None:
            self._files[key] = path
            return None
        if other == path:
            return "is there twice"
        return f"differs from {shown(other)} only in case or in how its letters are written"


def _key(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
