from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, torch
torch.library.define("torchvision::nms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from imagetool.kit.torchvision_operators import complete_torchvision
assert "torchvision" not in sys.modules
complete_torchvision()
complete_torchvision()
for name in ("nms", "qnms"):
    assert hasattr(torch.ops.torchvision, name), name
import spandrel
print(len(spandrel.MAIN_REGISTRY))
"""


def test_operators_are_declared_where_they_are_missing_and_then_spandrel_can_be_imported() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 40
