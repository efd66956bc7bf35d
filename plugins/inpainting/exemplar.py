"""The model `exemplar`: fills a hole with patches of the same picture."""

from __future__ import annotations

from torch import Tensor

from imagetool.plugin import Inpainter, Job, Params
from plugins.inpainting.synthesis import FillSettings, fill


class Exemplar(Inpainter):
    """Multi-scale PatchMatch with voting; has no weights and runs on any device."""

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - it has none
        """See `Inpainter.run`; `params` is empty."""

        def on_step(done: float, preview: Tensor) -> None:
            job.progress(done)
            job.preview(preview)

        return fill(image, hole, FillSettings(), job.generator(), on_step)
