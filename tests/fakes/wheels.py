"""Small pure-Python wheels made on the spot, sound or with a fault."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ANY = "py3-none-any"


def hashed(content: bytes, algorithm: str = "sha256") -> str:
    """As a RECORD has it."""
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    files: Mapping[str, str] | None = None,
    needs: Sequence[str] = (),
    tag: str = ANY,
    replaced: Mapping[str, str | None] | None = None,
    unlisted: Mapping[str, str] | None = None,
) -> Path:
    """Writes a wheel.

    Args:
        folder: Where to; made if it is not there.
        name: Of the package, and of its only module where `files` is None.
        version: Of the package, and the module's VERSION.
        files: Path to content; `{info}` stands for its .dist-info.
        needs: Its Requires-Dist.
        tag: Which Pythons and systems it is for.
        replaced: Files that get another content after their hashes were taken; None leaves the file away.
        unlisted: Files that its RECORD does not name.
    """
    info = f"{name}-{version}.dist-info"
    lines = [
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        *(f"Requires-Dist: {it}\n" for it in needs),
    ]
    content = {
        **(files if files is not None else {f"{name}.py": f"VERSION = {version!r}\n"}),
        f"{info}/METADATA": "".join(lines),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    content = {path.replace("{info}", info): text for path, text in content.items()}
    record = "".join(f"{path},{hashed(text.encode())},{len(text.encode())}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    changes: dict[str, str | None] = {**(replaced or {}), **(unlisted or {})}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, text in (content | {key.replace("{info}", info): it for key, it in changes.items()}).items():
            if text is not None:
                archive.writestr(place, text)
    return path
