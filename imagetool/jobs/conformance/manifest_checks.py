"""What plugin.toml promises, and whether the code and the weights it names are there."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.scaffold import is_taken
from imagetool.jobs.conformance.report import Verdict, failed, passed, warning
from imagetool.plugin.errors import ManifestError, Problem
from imagetool.plugin.manifest import FILE_NAME

_FIXES: tuple[tuple[str, str], ...] = (
    (r"is missing$", "Add it: {key} = …"),
    (r"is not a key that this version knows", "Remove it, or look how it is spelt in docs/plugins.md."),
    (r"is not valid TOML", "Mend that line; texts need quotes, and keys of a model follow its [[model]]."),
    (r"needs a newer version", "Write manifest = 1, or use a newer imagetool."),
    (r"of the contract", "Widen requires.imagetool, or use a version of imagetool that offers that."),
    (r"expected ", "Write a value of that type."),
    (r"cannot be read", "Look whether the folder holds a plugin.toml; “plugins new” writes one."),
)


def unreadable(error: ManifestError) -> list[Verdict]:
    """One verdict for each problem of a manifest that cannot be used."""
    return [failed(f"{problem.place}: {problem.what}", _fix(problem)) for problem in error.problems]


def _fix(problem: Problem) -> str:
    key = problem.place.rpartition(".")[2]
    for pattern, fix in _FIXES:
        if re.search(pattern, problem.what):
            return fix.format(key=key)
    return "Write a value of the form that docs/plugins.md gives for it."


def check_manifest(plugin: Plugin) -> Verdict:
    """What is understood but leaves its reader without an answer."""
    manifest = plugin.manifest
    for model in manifest.models:
        card = CatalogModel(plugin, model).card
        if card is not None and not card.is_file():
            return failed(f"card = “{model.card}” is not there.", "Write that file, or remove the key.")
    lacking = [
        what
        for what, there in (
            ("summary", manifest.summary),
            ("license", manifest.license.lower() not in ("", "unknown")),
        )
        if not there
    ]
    if lacking:
        named = " and ".join(lacking)
        return warning(
            f"Everything is understood, but {named} {'says' if len(lacking) == 1 else 'say'} nothing.",
            "Say what it does and under which licence before you share it.",
        )
    models, loaders = len(manifest.models), len(manifest.loaders)
    told = [f"{models} model{'s' if models != 1 else ''}"] if models else []
    told += [f"{loaders} loader{'s' if loaders != 1 else ''}"] if loaders else []
    return passed(f"Everything is understood: {', '.join(told)}.")


def check_code(plugin: Plugin) -> Verdict:
    """Whether the modules and classes of all entries are there; nothing is imported."""
    entries = {model.entry for model in plugin.manifest.models if model.entry}
    entries |= {loader.entry for loader in plugin.manifest.loaders}
    if not entries:
        return passed("It brings no code.")
    for entry in sorted(entries):
        problem = _entry_problem(plugin.folder, entry)
        if problem:
            return problem
    for path in sorted(plugin.folder.glob("*")):
        module = path.stem if path.suffix == ".py" else path.name if (path / "__init__.py").is_file() else ""
        if not plugin.bundled and module and is_taken(module):
            return failed(
                f"“{path.name}” has the name of a module of Python or imagetool, which is found first.",
                "Give it another name, and change the imports of it.",
            )
    return passed(f"Found in the plugin's files: {', '.join(sorted(entries))}.")


def _entry_problem(folder: Path, entry: str) -> Verdict | None:
    module, _, name = entry.partition(":")
    parts = module.split(".")
    candidates = [
        folder.joinpath(*parts[:-1], f"{parts[-1]}.py"),
        folder.joinpath(*parts, "__init__.py"),
    ]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        return failed(
            f"entry = “{entry}”: there is no {candidates[0].relative_to(folder)}.",
            "Write MODULE:CLASS, where MODULE.py lies in the plugin's folder.",
        )
    try:
        tree = ast.parse(path.read_bytes(), path.name)
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return failed(f"{path.name}{line} is not Python: {error.args[0]}.", "Mend that line.")
    if name not in set(_names(tree.body)):
        return failed(f"entry = “{entry}”: {path.name} has no {name}.", "Look how the class is spelt.")
    return None


def _names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """What a module defines at its top, `if` and `try` included."""
    for node in body:
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name for alias in node.names)
            case ast.Assign():
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.If() | ast.Try():
                yield from _names([*node.body, *node.orelse])


def check_weights(plugin: Plugin) -> Verdict:
    """Whether every file of weights is there with the bytes that the manifest promises."""
    folder = plugin.weights_folder or plugin.folder
    files = {file.file: file for model in plugin.manifest.models for file in model.weights}
    for file in files.values():
        path = folder / file.file
        if not path.is_file():
            if file.url:
                continue
            return failed(
                f"“{file.file}” is not there.", "Put it into the folder, or give the url it is fetched from."
            )
        if path.suffix.lower() not in (".safetensors", ".onnx"):
            return failed(
                f"“{file.file}” is neither safetensors nor ONNX, so loading it could run code.",
                "Convert it to safetensors; docs/plugins.md has the command.",
            )
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
        if (size, sha256) != (file.size, file.sha256):
            return failed(
                f"“{file.file}” has other bytes than plugin.toml says.",
                f'If it is the right file, write {{ file = "{file.file}", sha256 = "{sha256}", size = {size} }}.',
            )
    if not files:
        return passed("It has no weights.")
    total = sum(file.size for file in files.values())
    return passed(f"{len(files)} file{'s' if len(files) > 1 else ''}, {total / 1e6:.2f} MB, as {FILE_NAME} says.")
