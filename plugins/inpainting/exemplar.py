"""The model `exemplar`: fills a hole with patches of the same picture."""

from __future__ import annotations

from torch import Tensor

from imagetool.plugin import CannotRun, Inpainter, Job, Params
from plugins.inpainting.synthesis import FillSettings, NothingToCopyError, fill

ROUNDS = {"draft": 5, "normal": 12, "best": 24}


class Exemplar(Inpainter):
    """Multi-scale PatchMatch with voting; has no weights and runs on any device."""

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """See `Inpainter.run`; `params` are those of plugin.toml."""
        settings = FillSettings(
            patch=int(params["pieces"]),
            rounds=ROUNDS[str(params["quality"])],
            smooth_width_px=float(params["scratch_width"]),
        )

        def on_step(done: float, preview: Tensor) -> None:
            job.progress(done, "matching pieces")
            job.preview(preview)

        try:
            return fill(image, hole, settings, job.generator(), on_step)
        except NothingToCopyError as error:
            raise CannotRun(str(error)) from error
