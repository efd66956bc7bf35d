"""`evaluate score`: whether the likelihood of a model tells pictures of another kind apart."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.cli.errors import UsageError
from imagetool.cli.likelihoods import Likelihoods, generator_of
from imagetool.cli.run import settings_of
from imagetool.cli.session import session
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.training.outliers import compared, measures, table
from imagetool.training.picture_sets import PictureSet, divided


def evaluate_scores(options: argparse.Namespace) -> None:
    """Measures a model of likelihood on held-back pictures and on others, and prints a table or JSON."""
    if not options.against:
        raise UsageError("evaluate score needs --against DIR, pictures of another kind.")
    places = Places.find()
    catalog = Catalog.scan(places)
    model = catalog.find(Task.SCORE, options.model)
    params = Params.parsed(model.entry.parameters, settings_of(options.set))
    side_px = options.side or (generator_of(catalog, model) or model).entry.tile.size
    inliers = divided(Path(options.data), options.shards, side_px).held_back.spread(options.count or 0)
    side_px, count = inliers.pixels.shape[1], options.count or len(inliers.names)
    others = divided(Path(options.against), options.against_shards, side_px).whole.spread(count)
    with session(places) as running:
        scorer = Likelihoods(running, model, params)

        def measured(pictures: PictureSet) -> list[dict[str, float]]:
            seen = pictures.seen_by(opacity=model.entry.opacity).pixels
            told = scorer.of(seen)
            return [measures(model.id, figures, pixels) for figures, pixels in zip(told, seen, strict=True)]

        rows = compared(measured(inliers), measured(others.of_side(side_px)))
    if options.json:
        facts = {"model": model.id, "side_px": side_px, "pictures": [len(inliers.names), len(others.names)]}
        print(json.dumps({**facts, "rows": [dataclasses.asdict(row) for row in rows]}))
        return
    print(table(rows))
    held_back = f"{len(inliers.names)} held back, {side_px} × {side_px} pixels"
    print(f"\n{held_back}; {len(others.names)} of the other kind")
