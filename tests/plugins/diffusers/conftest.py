"""The diffusers library is no part of imagetool: it is used where it is installed, or where a variable says."""

from __future__ import annotations

import os
import sys
import warnings
from importlib.util import find_spec

import pytest

from tests.plugins.diffusers.made_pipelines import Made

PACKAGES = "IMAGETOOL_TEST_PACKAGES"
"""Names a folder with diffusers and transformers in it, as the plugin manager installs them."""

if os.environ.get(PACKAGES):
    sys.path.append(os.environ[PACKAGES])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Tiny pipelines with random weights, made once."""
    if find_spec("diffusers") is None or find_spec("transformers") is None:
        pytest.skip(f"install diffusers and transformers, or name their folder in {PACKAGES}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the libraries say of each other while they are imported
        return Made(tmp_path_factory.mktemp("pipelines"))
