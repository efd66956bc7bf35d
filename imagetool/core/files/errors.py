"""The errors of reading and writing picture files: each keeps its facts and says what to do."""

from __future__ import annotations

from pathlib import Path

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Size

READABLE = "PNG, JPEG, WebP, TIFF, BMP, GIF, PPM, TGA, AVIF and JPEG 2000"


def shown(path: Path) -> str:
    """The path in quotes, with everything that cannot be shown replaced."""
    return "“" + "".join(sign if sign.isprintable() else "�" for sign in str(path)) + "”"


class PictureFileError(ImagetoolError):
    """Base of all errors about one picture file."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path


class ReadError(PictureFileError):
    """Base of all errors of reading; nothing was changed."""


class PictureNotFoundError(ReadError):
    """There is no such file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"There is no file {shown(path)}; check its name and folder.")


class PictureIsFolderError(ReadError):
    """The path names a folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"{shown(path)} is a folder; choose a picture inside it.")


class NotAFileError(ReadError):
    """The path names a device, a pipe or a socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"{shown(path)} is a device or a pipe, not a file; choose a picture file.")


class PictureNotPermittedError(ReadError):
    """The user may not read the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"You are not allowed to read {shown(path)}; change its permissions or copy it.")


class ReadInterruptedError(ReadError):
    """The disk or the network failed while the file was read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, f"Reading {shown(path)} failed ({reason}); check the disk and try again.")
        self.reason = reason


class NotAPictureError(ReadError):
    """The bytes belong to no picture format."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, f"{shown(path)} is not a picture that can be opened; these formats can: {READABLE}."
        )


class EmptyFileError(ReadError):
    """The file has no bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"{shown(path)} is empty; use another copy of the picture.")


class UnsupportedPictureError(ReadError):
    """The bytes are something that can be named and is not opened.

    Attributes:
        kind: What the file is, with its article, for example "an SVG drawing".
        advice: What to do instead, as an imperative without a full stop.
    """

    def __init__(self, path: Path, kind: str, advice: str = "export it as PNG or TIFF first") -> None:
        super().__init__(path, f"{shown(path)} is {kind}, which cannot be opened; {advice}.")
        self.kind = kind
        self.advice = advice


class DamagedPictureError(ReadError):
    """The format is known, and no pixel can be read."""

    def __init__(self, path: Path, format_name: str) -> None:
        super().__init__(
            path,
            f"{shown(path)} is a damaged {format_name} file and cannot be opened; use another copy of it.",
        )
        self.format_name = format_name


class TruncatedPictureError(ReadError):
    """A part of the pixels can be read: `read_picture(path, partial=True)` returns it."""

    def __init__(self, path: Path, format_name: str) -> None:
        super().__init__(
            path,
            f"{shown(path)} is cut short or damaged and only a part of it can be read; "
            "open the readable part, or use another copy of it.",
        )
        self.format_name = format_name


class PictureTooLargeError(ReadError):
    """The header announces more pixels than are opened; nothing was allocated."""

    def __init__(self, path: Path, size: Size | None, limit: Size | int) -> None:
        allowed = f"{limit // 10**6} megapixels" if isinstance(limit, int) else f"{limit} pixels"
        has = f"has {size} pixels, more" if size else "has more pixels"
        super().__init__(path, f"{shown(path)} {has} than the {allowed} that can be opened; scale it down first.")
        self.size = size
        self.limit = limit


class FileTooLargeError(ReadError):
    """The file has more bytes than are read, or its pixels do not fit into the memory."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        super().__init__(
            path,
            f"{shown(path)} ({size_bytes / 1e6:.1f} MB) does not fit into the memory; scale it down first.",
        )
        self.size_bytes = size_bytes


class MaskSizeError(ReadError):
    """A mask has another size than its picture."""

    def __init__(self, path: Path, mask_size: Size, picture_size: Size) -> None:
        super().__init__(
            path,
            f"The mask {shown(path)} has {mask_size} pixels and the picture {picture_size}; "
            "use a mask of the picture's size.",
        )
        self.mask_size = mask_size
        self.picture_size = picture_size


class HintsSizeError(ReadError):
    """A picture of colour hints has another size than its picture."""

    def __init__(self, path: Path, hints_size: Size, picture_size: Size) -> None:
        super().__init__(
            path,
            f"The hints {shown(path)} have {hints_size} pixels and the picture {picture_size}; "
            "use hints of the picture's size.",
        )
        self.hints_size = hints_size
        self.picture_size = picture_size


class SaveError(PictureFileError):
    """Base of all errors of writing: a file that was there before is untouched, and nothing new was left.

    Attributes:
        reason: Why, as a clause without a full stop.
        had_file: Whether a file of that name was there before.
    """

    def __init__(self, path: Path, reason: str, *, had_file: bool) -> None:
        rest = "Your previous file is intact." if had_file else "No file was written."
        super().__init__(path, f"Could not save {shown(path)}: {reason}. {rest}")
        self.reason = reason
        self.had_file = had_file


class SaveFolderMissingError(SaveError):
    """The folder does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "its folder does not exist; choose another folder", had_file=False)


class SaveNotPermittedError(SaveError):
    """The folder or the file is write-protected."""

    def __init__(self, path: Path, *, had_file: bool) -> None:
        super().__init__(
            path, "you are not allowed to write there; choose another folder or name", had_file=had_file
        )


class SaveTargetError(SaveError):
    """The path names a folder, a device or a pipe."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is a folder or a device of that name; choose another name", had_file=False)


class DiskFullError(SaveError):
    """The disk or the quota is full."""

    def __init__(self, path: Path, *, had_file: bool) -> None:
        super().__init__(path, "the disk is full; free some space or choose another disk", had_file=had_file)


class UnknownSaveFormatError(SaveError):
    """The ending of the name belongs to no format that is written."""

    def __init__(self, path: Path, endings: tuple[str, ...]) -> None:
        ending = f"the ending “{path.suffix}”" if path.suffix else "a name without an ending"
        super().__init__(
            path,
            f"{ending} stands for no format that can be written; use {', '.join(endings)}",
            had_file=False,
        )
        self.endings = endings


class FormatCannotHoldError(SaveError):
    """The format has no room for such a picture."""

    def __init__(self, path: Path, format_name: str, size: Size, largest_side: int, *, had_file: bool) -> None:
        super().__init__(
            path,
            f"{format_name} holds at most {largest_side} pixels a side and the picture has {size}; "
            "save it as PNG or TIFF",
            had_file=had_file,
        )
        self.format_name = format_name
        self.size = size
        self.largest_side = largest_side
