"""onnxruntime is told to use nothing that was not asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from imagetool.plugin import Params, Task, Weights
from plugins.onnx import session
from plugins.onnx.errors import OrtFormat, RunFailed
from plugins.onnx.graphs import read_graph
from plugins.onnx.loader import OnnxFiles
from plugins.onnx.session import Session, TimedOut
from tests.fakes.models import FakeJob
from tests.plugins.onnx.made_graphs import blur, in_blocks, looping, nearest, saved

ONE = {"x": np.zeros((1, 3, 8, 8), np.float32)}


def nothing() -> None:
    """Nobody cancels."""


def test_only_the_processor_is_used(tmp_path: Path) -> None:
    made = Session(saved(blur(), tmp_path), torch.device("cpu"), nothing)
    assert made._session.get_providers() == ["CPUExecutionProvider"]
    assert made.notice == ""


def test_without_cuda_in_onnxruntime_the_job_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    OnnxFiles().inspect(saved(nearest(2), tmp_path), tmp_path, FakeJob())
    model: Any = OnnxFiles().model(Task.UPSCALE)
    model.load(Weights({"model.onnx": tmp_path / "model.onnx"}), torch.device("cuda", 0))
    job = FakeJob()
    for _ in range(2):
        model.run(torch.zeros(1, 3, 4, 4), 2, Params({}), job)
    assert job.lines == ["onnxruntime cannot use cuda here; the model runs on the CPU."]


def test_where_cuda_does_not_start_the_processor_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As where its libraries are missing; what is asked for here is none that onnxruntime can read."""
    monkeypatch.setattr(session, "_providers", lambda device: [("CUDAExecutionProvider", {}, "too much")])
    made = Session(saved(blur(), tmp_path), torch.device("cuda", 0), nothing)
    assert made.notice == "onnxruntime cannot use cuda here; the model runs on the CPU."
    assert capfd.readouterr().out == ""


def test_no_library_is_ever_registered() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in _sources())
    assert "register_custom_ops" not in code
    assert "onnx.load(" not in code


def test_threads_are_those_of_torch(tmp_path: Path) -> None:
    made = Session(saved(blur(), tmp_path), torch.device("cpu"), nothing)
    options = made._session.get_session_options()
    assert options.intra_op_num_threads == torch.get_num_threads()
    assert options.inter_op_num_threads == 1


def test_its_own_format_is_not_taken(tmp_path: Path) -> None:
    """Written by onnxruntime itself, and sound."""
    path = tmp_path / "a.ort"
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.save_model_format", "ORT")
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(blur().SerializeToString(), options, providers=["CPUExecutionProvider"])
    with pytest.raises(OrtFormat):
        read_graph(path, "a.ort")
    with pytest.raises(RunFailed):
        Session(path, torch.device("cpu"), nothing)


def test_too_long(tmp_path: Path) -> None:
    made = Session(saved(looping(None), tmp_path), torch.device("cpu"), nothing)
    with pytest.raises(TimedOut):
        made.run(ONE, nothing, limit_s=0.2)
    with pytest.raises(TimedOut):  # and the session is still of use
        made.run(ONE, nothing, limit_s=0.2)


def test_errors_are_not_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = Session(saved(in_blocks(5), tmp_path), torch.device("cpu"), nothing)
    with pytest.raises(RunFailed, match="SpaceToDepth"):
        made.run(ONE, nothing)
    assert capfd.readouterr() == ("", "")


def _sources() -> list[Path]:
    return sorted((Path(__file__).parents[3] / "plugins" / "onnx").glob("*.py"))
