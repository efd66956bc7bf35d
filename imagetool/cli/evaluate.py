"""`evaluate TASK --data DIR`: the figures of a model card, measured beside its rivals in one run."""

from __future__ import annotations

import argparse

from imagetool.cli.errors import UsageError
from imagetool.plugin.tasks import Task


def evaluate_task(options: argparse.Namespace) -> None:
    """Measures the models of a task and prints a table or JSON."""
    if options.task == Task.INPAINT:
        _evaluate_inpainting(options)
        return
    options.model = _one(options)
    if options.task == Task.UPSCALE:
        from imagetool.cli.evaluate_upscale import evaluate_upscaling

        evaluate_upscaling(options)
    elif options.task == Task.DENOISE:
        from imagetool.cli.evaluate_denoise import evaluate_denoising

        evaluate_denoising(options)
    elif options.task == Task.GENERATE:
        from imagetool.cli.evaluate_generate import evaluate_generating

        evaluate_generating(options)
    elif options.damaged:
        from imagetool.cli.evaluate_damage import evaluate_damage

        evaluate_damage(options)
    else:
        from imagetool.cli.evaluate_score import evaluate_scores

        evaluate_scores(options)


def _evaluate_inpainting(options: argparse.Namespace) -> None:
    if options.removals:
        from imagetool.cli.evaluate_removals import show_removals

        show_removals(options)
    else:
        from imagetool.cli.evaluate_inpaint import evaluate_inpainting

        evaluate_inpainting(options)


def _one(options: argparse.Namespace) -> str | None:
    """The model of `--model`; only inpainting is measured with several in one table."""
    if options.model and len(options.model) > 1:
        raise UsageError(f"evaluate {options.task} takes one --model; leave it out where it measures several.")
    return options.model[0] if options.model else None
