"""`evaluate TASK --data DIR`: the figures of a model card, measured beside its rivals in one run."""

from __future__ import annotations

import argparse

from imagetool.plugin.tasks import Task


def evaluate_task(options: argparse.Namespace) -> None:
    """Measures the models of a task and prints a table or JSON."""
    if options.task == Task.UPSCALE:
        from imagetool.cli.evaluate_upscale import evaluate_upscaling

        evaluate_upscaling(options)
    elif options.task == Task.DENOISE:
        from imagetool.cli.evaluate_denoise import evaluate_denoising

        evaluate_denoising(options)
    elif options.task == Task.GENERATE:
        from imagetool.cli.evaluate_generate import evaluate_generating

        evaluate_generating(options)
    elif options.task == Task.SCORE:
        from imagetool.cli.evaluate_score import evaluate_scores

        evaluate_scores(options)
    else:
        from imagetool.cli.evaluate_inpaint import evaluate_inpainting

        evaluate_inpainting(options)
