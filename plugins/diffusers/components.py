"""Copies what a pipeline needs out of a folder: settings as plain data, weights as safetensors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from imagetool.kit.checkpoint_errors import CheckpointError, shown
from imagetool.kit.checkpoints import read_checkpoint, write_checkpoint
from imagetool.plugin import CannotRun
from plugins.diffusers.foreign_json import MOST_BYTES, read_table, real_file

MOST_WEIGHT_BYTES = 16 * 1000**3
METADATA = {"format": "pt"}  # transformers reads no file without it

_CONFIG = {"scheduler": "scheduler_config.json"}
_STEMS = ("diffusion_pytorch_model", "model", "pytorch_model")
_VARIANTS = ("", ".non_ema", ".fp16", ".bf16")
_ENDINGS = (".safetensors", ".bin", ".ckpt")
_INDEX = ".safetensors.index.json"
_DROPPED = ("architectures", "attn_implementation", "dtype", "torch_dtype", "transformers_version")
_TOKENIZER_KEYS = {
    *("add_prefix_space", "added_tokens_decoder", "additional_special_tokens", "bos_token", "do_lower_case"),
    *("eos_token", "errors", "model_max_length", "pad_token", "tokenizer_class", "unk_token"),
}
_TOKENIZER_TABLES = ("added_tokens.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")
_TOKENIZER_FILES = ("vocab.json", "merges.txt")


def copy_settings(name: str, which: str, folder: Path, target: Path) -> dict[str, Any]:
    """Copies the settings of a component, and of a tokenizer its words; returns the settings.

    Raises:
        CannotRun: naming the file at fault.
    """
    target.mkdir()
    if name.startswith("tokenizer"):
        return _copy_tokenizer(which, folder, target)
    file = _CONFIG.get(name, "config.json")
    table = read_table(folder / file)
    if table.get("_class_name", which) != which:
        said = shown(table["_class_name"])
        raise CannotRun(f"“{shown(f'{folder.name}/{file}')}” is of a {said}, where a {which} is expected.")
    kept = {key: value for key, value in table.items() if not key.startswith("_") and key not in _DROPPED}
    if name != "scheduler" or "_class_name" in table:
        kept["_class_name"] = which
    _write(target / file, kept)
    return kept


def _copy_tokenizer(which: str, folder: Path, target: Path) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for file in _TOKENIZER_TABLES:
        if (folder / file).exists():
            table = read_table(folder / file)
            if file == "tokenizer_config.json":
                table = {key: value for key, value in table.items() if key in _TOKENIZER_KEYS}
                settings = table | {"tokenizer_class": which}
                table = settings
            _write(target / file, table)
    for file in _TOKENIZER_FILES:
        if (folder / file).exists():
            (target / file).write_bytes(_small(real_file(folder / file)))
    whole = (target / "tokenizer.json").exists()
    if not whole and not all((target / file).exists() for file in _TOKENIZER_FILES):
        raise CannotRun(
            f"“{shown(folder.name)}” has no words: neither tokenizer.json nor vocab.json with merges.txt."
        )
    return settings


def _small(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise CannotRun(f"“{shown(path.name)}” has more than {MOST_BYTES} bytes.")
    return path.read_bytes()


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The files of a component's weights: the most exact ones that are there, safetensors first; or none."""
    for ending in _ENDINGS:
        for variant in _VARIANTS:
            for stem in _STEMS:
                if ending == ".safetensors" and not variant and (folder / f"{stem}{_INDEX}").exists():
                    return _parts(folder / f"{stem}{_INDEX}")
                path = folder / f"{stem}{variant}{ending}"
                if path.exists() or path.is_symlink():
                    return (path,)
    return ()


def _parts(index: Path) -> tuple[Path, ...]:
    parts = read_table(index).get("weight_map")
    names = {str(name) for name in parts.values()} if isinstance(parts, dict) else set()
    if not names or not all(name.endswith(".safetensors") and Path(name).name == name for name in names):
        raise CannotRun(f"“{shown(f'{index.parent.name}/{index.name}')}” does not name the parts of its weights.")
    return tuple(index.parent / name for name in sorted(names))


def copy_weights(library: str, files: tuple[Path, ...], target: Path, check: Callable[[], object]) -> None:
    """Writes the weights of a component as one safetensors file.

    Raises:
        CannotRun: naming the file at fault.
    """
    tensors: dict[str, Any] = {}
    for path in files:
        check()
        tensors |= _tensors(path)
    stem = "diffusion_pytorch_model" if library == "diffusers" else "model"
    check()
    write_checkpoint(tensors, target / f"{stem}.safetensors", METADATA)


def _tensors(path: Path) -> dict[str, Any]:
    try:
        return dict(read_checkpoint(real_file(path), MOST_WEIGHT_BYTES))
    except CheckpointError as error:
        raise CannotRun(str(error)) from None


def _write(path: Path, table: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(table, ensure_ascii=False, indent=1), "utf-8")
