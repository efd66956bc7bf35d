"""What of a plugin's requirements is missing, and which of them are none."""

from __future__ import annotations

import pytest
from packaging.version import Version

from imagetool.jobs.dependencies import Wanted
from imagetool.jobs.dependencies.errors import BadRequirement, PackageConflict
from imagetool.jobs.dependencies.host import Host

HOST = Host(
    {"numpy": Version("2.3.1"), "opencv-python-headless": Version("5.0"), "torch": Version("2.13.0+cpu")}, ()
)


def missing(*requirements: str) -> tuple[str, ...]:
    return Wanted("Example", requirements).missing(HOST)


def test_what_imagetool_has_is_not_missing() -> None:
    assert missing("NumPy>=2", "opencv_python.headless", "torch==2.13.0", "torch") == ()


def test_the_rest_is() -> None:
    assert missing("einops>=0.8", "numpy", "Example_Package") == ("einops>=0.8", "Example_Package")


def test_extras_are_left_to_pip() -> None:
    assert missing("torch[opt]>=2") == ("torch[opt]>=2",)


def test_markers_are_looked_at() -> None:
    assert missing("einops; python_version<'3'", "einops; python_version>='3' and extra=='x'") == ()
    assert missing("einops>=0.8; python_version>='3'") == ("einops>=0.8",)


def test_a_conflict_names_both_sides() -> None:
    with pytest.raises(PackageConflict) as caught:
        missing("einops", "numpy<2")
    assert str(caught.value) == (
        "“Example” needs numpy<2, but imagetool has numpy 2.3.1; ask its author for a version that works with "
        "that."
    )
    assert (caught.value.requirement, caught.value.have) == ("numpy<2", "numpy 2.3.1")


WRONG = [
    ("einops @ https://example.org/einops.whl", "is an address"),
    ("git+https://example.org/x.git", "is an address"),
    ("https://example.org/x-1.0-py3-none-any.whl", "is an address"),
    ("einops @ file:///tmp/x", "is an address"),
    ("-e .", "is an option of pip"),
    ("--index-url=https://example.org", "is an option of pip"),
    ("./local", "is a path"),
    ("../local", "is a path"),
    ("/srv/local", "is a path"),
    ("x-1.0.tar.gz", "is a path"),
    ("einops>=", "is not a requirement"),
    ("einops == one", "is not a requirement"),
    ("", "is not a requirement"),
    ("a b", "is not a requirement"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[repr(text) for text, _ in WRONG])
def test_what_is_no_requirement_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        missing("numpy", text)
    assert str(caught.value) == (
        f"“Example” needs “{text}”, which {said}; its author has to name a package and its versions, such as "
        "einops>=0.8."
    )


def test_the_host_is_found_without_importing_it() -> None:
    host = Host.find()
    assert host.version_of("NumPy") == Version(__import__("numpy").__version__)
    assert {"torch", "pillow", "safetensors", "packaging", "imagetool"} <= set(host.versions)
    assert all(host.reserves(name) for name in ("json", "torch", "numpy", "imagetool", "plugins", "sitecustomize"))
    assert host.has_module("cv2")
    assert not host.has_module("weights"), "a folder without code is a namespace at most"
    assert f"numpy=={host.version_of('numpy')}\n" in host.constraints()
