"""Which steps of a restoration can be done by the models that are there, and which are proposed."""

from __future__ import annotations

from collections.abc import Callable

from imagetool.app.damage import damage_model
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.errors import ImagetoolError
from imagetool.plugin.tasks import Task
from imagetool.ui.restoring.steps import Step, StepOffer

TASKS = {Step.FILL: Task.INPAINT, Step.DENOISE: Task.DENOISE, Step.COLOUR: Task.COLORIZE}
"""What the steps that change the picture ask of a model."""

_PREFERRED = {Step.DENOISE: "imagetool.denoising/photo"}
_NONE_THERE = {
    Step.FILL: "No installed model fills. Add one under Models ▸ Plugins….",
    Step.DENOISE: "No installed model denoises. Add one under Models ▸ Plugins….",
    Step.COLOUR: "No installed model colours photos. Add one under Models ▸ Plugins….",
}


def restoration_offers(
    catalog: Catalog, in_hand: Callable[[Task], CatalogModel | None], *, masked: bool
) -> tuple[StepOffer, ...]:
    """All steps in their order, with those models that are ready.

    Args:
        catalog: What is there.
        in_hand: Tells the model that is chosen for a task; None where none is.
        masked: Whether something is masked already: then that is what is filled, unless the user wants otherwise.
    """
    return (_search_offer(catalog, masked=masked), *(_offer(catalog, step, in_hand) for step in TASKS))


def _search_offer(catalog: Catalog, *, masked: bool) -> StepOffer:
    try:
        model = damage_model(catalog)
    except ImagetoolError as error:
        return StepOffer(Step.FIND, (), None, reason=str(error))
    return StepOffer(Step.FIND, (model,), model, ticked=not masked)


def _offer(catalog: Catalog, step: Step, in_hand: Callable[[Task], CatalogModel | None]) -> StepOffer:
    able = tuple(model for model in catalog.models_for(TASKS[step]) if _is_ready(model))
    if not able:
        return StepOffer(step, (), None, reason=_NONE_THERE[step])
    preferred = next((model for model in able if model.id == _PREFERRED.get(step)), None)
    held = in_hand(TASKS[step])
    return StepOffer(step, able, preferred or (held if held in able else able[0]))


def _is_ready(model: CatalogModel) -> bool:
    try:
        model.check_ready()
    except ImagetoolError:
        return False
    return True
