"""Turns an ONNX file into a model: reads it, refuses what could do more than compute, tries it, writes it down."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from imagetool.plugin import Inspection, Job, Loader, Model, Task
from plugins.onnx.candidates import Guess, Roles
from plugins.onnx.errors import DoesNotStart, RunFailed, TooNew, TooSlow, TrialFailed, one_line
from plugins.onnx.facts import KEY, Facts
from plugins.onnx.graphs import Graph, read_graph
from plugins.onnx.limits import Reach, Tiles, most_overlap, reach_of, tile_of, with_sizes
from plugins.onnx.models import OnnxDenoiser, OnnxFilter, OnnxInpainter, OnnxUpscaler
from plugins.onnx.readings import with_convention, with_values
from plugins.onnx.session import Session, TimedOut
from plugins.onnx.tables import model_table, summary_of
from plugins.onnx.trials import RUN_LIMIT_S, Trials, first_facts, seconds_per_pixel

FILE_NAME = "model.onnx"

_NOISE = re.compile(r"de-?nois|dncnn|ffdnet|noise", re.IGNORECASE)
_NEW_FORMAT, _NEW_OPERATORS = "max supported IR version", "official released onnx opset"
"""What onnxruntime says of files that the ONNX library, which is often newer, can read."""

_MODELS: Mapping[Task, type[Model]] = {
    Task.UPSCALE: OnnxUpscaler,
    Task.DENOISE: OnnxDenoiser,
    Task.FILTER: OnnxFilter,
    Task.INPAINT: OnnxInpainter,
}


class OnnxFiles(Loader):
    """Takes single ONNX files whose graph makes a picture from a picture, or from a picture and a mask."""

    def inspect(self, source: Path, target: Path, job: Job) -> Inspection:
        """Finds out what the graph does by running it on small pictures; writes it to `model.onnx`."""
        name = one_line(source.name)
        job.progress(0.0, "reading the graph")
        graph = read_graph(source, name)
        roles = Roles.of(graph)
        path = target / FILE_NAME
        try:
            facts, tiles = _examined(graph, roles, path, job)
            _write(graph, path, facts)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        task, title = _task(graph, facts, source), one_line(source.stem)
        job.progress(1.0)
        return Inspection(
            name=title,
            summary=summary_of(task, facts, tiles),
            license=one_line(_metadata(graph).get("license", "")) or "unknown",
            models=(model_table(title, task, facts, tiles, FILE_NAME),),
        )

    def model(self, task: Task) -> Model:
        """One of the four that a graph can be."""
        return _MODELS[task]()


def _examined(graph: Graph, roles: Roles, path: Path, job: Job) -> tuple[Facts, Tiles]:
    """Facts and tiles, found by trial."""
    path.write_bytes(graph.proto.SerializeToString())
    job.progress(0.1, "starting onnxruntime")
    session = _started(graph, path, job)
    trials = Trials(graph, session, job, time.monotonic())
    job.progress(0.2, "trying small pictures")
    facts, guess = first_facts(trials, roles)
    try:
        return _tried(trials, facts, guess)
    except RunFailed as error:
        raise TrialFailed(graph.name, error.reason) from None


def _started(graph: Graph, path: Path, job: Job) -> Session:
    try:
        return Session(path, torch.device("cpu"), job.check, RUN_LIMIT_S)
    except TimedOut:
        raise TooSlow(graph.name, RUN_LIMIT_S) from None
    except RunFailed as error:
        if _NEW_FORMAT in error.reason:
            raise TooNew(graph.name, f"version {graph.proto.ir_version} of the ONNX format") from None
        if _NEW_OPERATORS in error.reason:
            newest = max((it.version for it in graph.proto.opset_import if not it.domain), default=0)
            raise TooNew(graph.name, f"version {newest} of the ONNX operators") from None
        raise DoesNotStart(graph.name, error.reason) from None


def _tried(trials: Trials, facts: Facts, guess: Guess) -> tuple[Facts, Tiles]:
    job = trials.job
    facts = with_convention(trials, facts, guess)
    job.progress(0.3, "finding black and white")
    facts = with_values(trials, facts, guess)
    pixel_s = seconds_per_pixel(trials, facts, guess)
    job.progress(0.5, "trying other sizes")
    facts = with_sizes(trials, facts, guess)
    job.progress(0.7, "looking how far it sees")
    reach = Reach(0, is_all=False) if facts.mask else reach_of(trials, facts, pixel_s)
    facts = replace(facts, overlap_px=min(reach.px, most_overlap(facts)))
    whole = reach.shows and facts.scale == 1 and facts.fixed is None
    is_exact = reach.is_all and facts.overlap_px == reach.px
    return facts, Tiles(tile_of(facts, pixel_s), is_exact, whole)


def _write(graph: Graph, path: Path, facts: Facts) -> None:
    kept = [(entry.key, entry.value) for entry in graph.proto.metadata_props if entry.key != KEY]
    del graph.proto.metadata_props[:]
    for key, value in [*kept, (KEY, facts.text())]:
        graph.proto.metadata_props.add(key=key, value=value)
    path.write_bytes(graph.proto.SerializeToString())


def _task(graph: Graph, facts: Facts, source: Path) -> Task:
    if facts.mask:
        return Task.INPAINT
    if facts.scale > 1:
        return Task.UPSCALE
    said = (source.stem, graph.proto.doc_string, graph.proto.graph.name, *_metadata(graph).values())
    return Task.DENOISE if any(_NOISE.search(text[:1000]) for text in said) else Task.FILTER


def _metadata(graph: Graph) -> dict[str, str]:
    return {entry.key.lower(): entry.value for entry in graph.proto.metadata_props}
