"""Files stay small, classes stay narrow, and names say what is inside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_a_file_is_short_and_its_classes_are_narrow(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = len(text.splitlines())
    assert lines <= MAX_LINES, f"{shown(path)} has {lines} lines, at most {MAX_LINES} are allowed: it is two files"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            count = len(public_methods(node))
            assert count <= MAX_PUBLIC_METHODS, (
                f"{node.name} in {shown(path)} has {count} public methods, {MAX_PUBLIC_METHODS} at most: "
                "everybody edits it; give a part of them to an object of their own"
            )


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_a_module_is_named_after_something(path: Path) -> None:
    parts = {path.stem, *path.relative_to(ROOT).parts[:-1]}
    assert not parts & EMPTY_NAMES, f"{shown(path)} could hold anything; name it after what it holds"


def public_methods(node: ast.ClassDef) -> list[str]:
    """Methods that others call; what Qt calls (camelCase overrides) is not asked for by anybody."""
    functions = [it for it in node.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [it.name for it in functions if not it.name.startswith("_") and it.name.islower()]


def test_a_wide_class_would_be_noticed() -> None:
    wide = "class Wide:\n" + "".join(f"    def method_{number}(self): ...\n" for number in range(16))
    (node,) = ast.parse(wide).body
    assert isinstance(node, ast.ClassDef)
    assert len(public_methods(node)) == MAX_PUBLIC_METHODS + 1
