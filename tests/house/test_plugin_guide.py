"""The reference in docs/plugins.md and the contract that it describes name the same things."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import imagetool.plugin
from imagetool.plugin import API_VERSION, Job, Task, models
from imagetool.plugin.model_entry import PRECISIONS
from imagetool.plugin.parameter_tables import KINDS
from tests.fakes.guide import GUIDE, ROOT

REFERENCE = GUIDE.read_text("utf-8").partition("## 3. Reference")[2]
READERS = {  # the functions that take keys out of a table, by the name they have for it: where that table lies
    ("_read_manifest", "reader"): "",
    ("_read_manifest", "permissions"): "permissions.",
    ("_kind", "reader"): "",
    ("_id", "reader"): "",
    ("_version", "reader"): "",
    ("_specifiers", "requires"): "requires.",
    ("_packages", "requires"): "requires.",
    ("_permission", "table"): "permissions.network.",
    ("_loader", "table"): "loader.",
    ("read_model", "reader"): "model.",
    ("_read_precisions", "reader"): "model.",
    ("_read_tile", "table"): "model.tile.",
    ("_read_weights", "table"): "model.weights.",
    ("read_parameter", "reader"): "model.param.",
    ("_read_kind", "reader"): "model.param.",
    ("_read_text", "reader"): "model.param.",
    ("_read_file", "reader"): "model.param.",
    ("_read_choice", "reader"): "model.param.choices.",
}
TAKES = {"text", "number", "whole", "flag", "items", "table", "tables"}


def asked_for(source: str) -> set[str]:
    """Every key that some code takes out of a table, with the place of that table."""
    keys = set()
    for function in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]:
        for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=reader), attr=take),
                    args=[ast.Constant(value=str(key)), *_],
                ) if take in TAKES:
                    where = READERS.get((function.name, reader))
                    assert where is not None, f"say in READERS of this test which table {function.name} reads"
                    keys.add(where + key)
    return keys


def named_in(text: str) -> set[str]:
    """What the first cells of all tables name as code."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.M))


def test_every_key_is_described_and_every_key_described_is_read() -> None:
    folder = ROOT / "imagetool" / "plugin"
    sources = [
        (folder / name).read_text("utf-8") for name in ("manifest.py", "model_entry.py", "parameter_tables.py")
    ]
    read = set().union(*map(asked_for, sources))
    section = REFERENCE.partition("### plugin.toml")[2].partition("### Tasks")[0]
    described = named_in(section) - set(KINDS)
    assert read - described == set(), "describe these keys in the tables of docs/plugins.md"
    assert described - read == set(), "nothing reads these keys that docs/plugins.md describes"


def test_every_type_of_parameter_and_every_precision_is_described() -> None:
    assert set(KINDS) <= named_in(REFERENCE)
    assert all(f"`{name}`" in REFERENCE or f'"{name}"' in REFERENCE for name in PRECISIONS)


def test_every_task_has_its_class_and_arguments() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`\w+` \| `[^`]+`)", REFERENCE, re.M))
    assert set(rows) == set(Task)
    for task, row in rows.items():
        base, arguments = re.findall(r"`([^`]+)`", row)
        run = getattr(models, base).run
        names = run.__code__.co_varnames[1 : run.__code__.co_argcount]
        assert ", ".join(names) == arguments, f"{task}: {base}.run takes other arguments"


def test_all_that_a_job_can_do_is_described() -> None:
    can = {name for name in vars(Job) if not name.startswith("_")}
    described = set(re.findall(r"^\| `job\.(\w+)", REFERENCE, re.M))
    assert described == can


def test_the_public_names_and_their_version_are_told() -> None:
    assert f"It is {API_VERSION} now" in REFERENCE, "docs/plugins.md tells another API_VERSION"
    internal = {"API_VERSION", "Cancelled", "Manifest", "ManifestError", "Model", "ModelEntry", "Task", "Weights"}
    internal |= {"Job", "Params", "ParameterError", "PluginError", "Prompt"}
    missing = {name for name in set(imagetool.plugin.__all__) - internal if name not in REFERENCE}
    assert not missing, f"describe {missing} in docs/plugins.md"


def test_its_links_lead_somewhere() -> None:
    text = GUIDE.read_text("utf-8")
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        assert not path or (Path(GUIDE.parent) / path).is_file(), f"{target} is not there"
        assert path or anchor in headings, f"{target} is no heading"


def test_a_new_key_would_be_noticed() -> None:
    assert asked_for('def _id(reader):\n    reader.text("colour")\n    reader.problem("x", "y")') == {"colour"}
    assert named_in("| `a.b` | text |\n| c | `d` |") == {"a.b"}
