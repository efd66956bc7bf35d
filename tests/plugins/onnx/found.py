"""An inspected graph, for tests that look at what was found out."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import ModelProto

from imagetool.plugin.errors import Problem
from imagetool.plugin.model_entry import ModelEntry, read_model
from imagetool.plugin.tables import TableReader
from plugins.onnx.facts import KEY, Facts
from plugins.onnx.loader import OnnxFiles
from tests.fakes.models import FakeJob
from tests.plugins.onnx.made_graphs import (
    saved,
)


class Found:
    """An inspection and what it wrote."""

    def __init__(self, proto: ModelProto, folder: Path, name: str = "made.onnx") -> None:
        self.target = folder / "target"
        self.target.mkdir()
        self.job = FakeJob()
        self.inspection = OnnxFiles().inspect(saved(proto, folder, name), self.target, self.job)
        self.proto = onnx.load(self.target / "model.onnx")
        self.facts = Facts.read({entry.key: entry.value for entry in self.proto.metadata_props}[KEY])
        (self.table,) = self.inspection.models

    def entry(self) -> ModelEntry:
        """The table as the manifest of a pack reads it."""
        weights = [{**file, "sha256": "0" * 64, "size": 1} for file in self.table["weights"]]
        problems: list[Problem] = []
        table = {**self.table, "loader": "imagetool.onnx/graph", "weights": weights}
        entry = read_model(TableReader(table, "", problems), has_code=False)
        assert problems == []
        return entry
