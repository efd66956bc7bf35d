"""Files stay small, classes stay narrow, and names say what is inside."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for part in ("imagetool", "plugins", "tests")
    for path in (ROOT / part).rglob("*.py")
    if path.parent.name != "syntax_error"  # a faulty plugin that is no Python
)
MAX_LINES = 400
MAX_PUBLIC_METHODS = 15
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "stuff"}


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_are_short() -> None:
    lines = {shown(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    long = {name: count for name, count in lines.items() if count > MAX_LINES}
    assert not long, f"at most {MAX_LINES} lines are allowed; each of these is two files: {long}"


def test_classes_are_narrow() -> None:
    wide = [
        f"{node.name} in {shown(path)} has {count}"
        for path in FILES
        if (text := path.read_text("utf-8")).count(" def ") > MAX_PUBLIC_METHODS
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and (count := len(public_methods(node))) > MAX_PUBLIC_METHODS
    ]
    assert not wide, (
        f"at most {MAX_PUBLIC_METHODS} public methods are allowed: {wide}; everybody edits such a class; "
        "give a part of them to an object of their own"
    )


def test_modules_are_named_after_something() -> None:
    empty = [shown(path) for path in FILES if {path.stem, *path.relative_to(ROOT).parts[:-1]} & EMPTY_NAMES]
    assert not empty, f"these could hold anything; name them after what they hold: {empty}"


def public_methods(node: ast.ClassDef) -> list[str]:
    """Methods that others call; what Qt calls (camelCase overrides) is not asked for by anybody."""
    functions = [it for it in node.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [it.name for it in functions if not it.name.startswith("_") and it.name.islower()]


def test_the_files_are_found() -> None:
    assert len(FILES) > 600
    assert Path(__file__) in FILES


def test_a_wide_class_would_be_noticed() -> None:
    wide = "class Wide:\n" + "".join(f"    def method_{number}(self): ...\n" for number in range(16))
    (node,) = ast.parse(wide).body
    assert isinstance(node, ast.ClassDef)
    assert len(public_methods(node)) == MAX_PUBLIC_METHODS + 1
