"""What consent is asked for, sentence by sentence."""

from __future__ import annotations

import pytest

from imagetool.catalog.changes import changes, summary
from imagetool.plugin.manifest import Manifest

HEAD = """
manifest = 1
id       = "org.example.x"
name     = "Example"
{head}
[[model]]
id = "fast"
name = "Fast"
task = "denoise"
{model}
{rest}
"""
CODE = 'kind = "python"\nversion = "1.0"\nlicense = "MIT"\nauthor = "Ann"\n'
WEIGHTS = 'kind = "weights"\nversion = "1.0"\nlicense = "MIT"\nauthor = "Ann"\n'
PACKAGES = 'requires = { packages = ["einops>=0.8", "Some.Package"] }\n'
NETWORK = '[[permissions.network]]\nhost = "example.org"\nreason = "names of colours"\n'


def manifest(head: str, rest: str = "", loader: str = "spandrel/any") -> Manifest:
    model = 'entry = "code:Fast"' if '"python"' in head else f'loader = "{loader}"'
    return Manifest.parse(HEAD.format(head=head, model=model, rest=rest), "x")


def test_weights_for_a_known_loader_are_run_by_it() -> None:
    assert changes(None, manifest(WEIGHTS)) == ("Its weights are run by the loader “spandrel/any”.",)


def test_everything_about_a_new_plugin_is_said() -> None:
    assert changes(None, manifest(CODE + PACKAGES, NETWORK)) == (
        "It brings code, which runs on this computer.",
        "It wants to reach “example.org” on the network. Its reason: “names of colours”.",
        "It needs the Python package “einops>=0.8”, which is installed for it alone.",
        "It needs the Python package “Some.Package”, which is installed for it alone.",
    )


UPDATES = [
    # before; after; what is said
    ((CODE,), (CODE,), ()),
    ((CODE + PACKAGES, NETWORK), (CODE + PACKAGES, NETWORK), ()),
    ((WEIGHTS,), (WEIGHTS.replace("1.0", "1.1"),), ()),
    ((CODE,), (CODE.replace("1.0", "1.1"),), ("Its code changes from version 1.0 to version 1.1.",)),
    (
        (CODE.replace("1.0", "1.10"),),
        (CODE.replace("1.0", "1.9"),),
        (
            "Its code changes from version 1.10 to version 1.9.",
            "Version 1.9 is older than version 1.10, which is installed.",
        ),
    ),
    (
        (WEIGHTS,),
        (CODE,),
        ("Until now it brought weights only; it now brings code, which runs on this computer.",),
    ),
    ((CODE,), (WEIGHTS,), ("Its weights are run by the loader “spandrel/any”.",)),
    ((WEIGHTS, "", "a/b"), (WEIGHTS, "", "c/d"), ("Its weights are run by the loader “c/d”.",)),
    ((CODE, NETWORK), (CODE,), ()),
    (
        (CODE, NETWORK),
        (CODE, NETWORK + NETWORK.replace("example.org", "other.org")),
        ("It wants to reach “other.org” on the network. Its reason: “names of colours”.",),
    ),
    (
        (CODE, NETWORK),
        (CODE, NETWORK.replace("names of colours", "more\\n\\nthings")),
        ("It gives a new reason for reaching “example.org” on the network: “more things”.",),
    ),
    ((CODE + PACKAGES,), (CODE,), ()),
    ((CODE + PACKAGES,), (CODE + PACKAGES.replace("Some.Package", "some-package"),), ()),
    (
        (CODE + PACKAGES,),
        (CODE + PACKAGES.replace("0.8", "0.9"),),
        ("It needs the Python package “einops>=0.9” instead of “einops>=0.8”.",),
    ),
    ((CODE,), (CODE.replace("MIT", "GPL-3.0"),), ("Its licence is “GPL-3.0” instead of “MIT”.",)),
    ((CODE,), (CODE.replace("Ann", "Bob"),), ("Its author is “Bob” instead of “Ann”.",)),
    ((CODE,), (CODE.replace("Ann", ""),), ("Its author is not named instead of “Ann”.",)),
]


@pytest.mark.parametrize(("before", "after", "said"), UPDATES)
def test_of_an_update_only_what_changed_is_said(
    before: tuple[str, ...], after: tuple[str, ...], said: tuple[str, ...]
) -> None:
    assert changes(manifest(*before), manifest(*after)) == said


def test_the_summary_is_plain_text_in_lines() -> None:
    head = CODE.replace("Ann", "Ann\\n<b>Ltd</b>") + PACKAGES
    assert dict(summary(manifest(head, NETWORK))) == {
        "Name": "Example",
        "Id": "org.example.x",
        "Version": "1.0",
        "Author": "Ann <b>Ltd</b>",
        "Licence": "MIT",
        "Brings": "code and models",
        "Models": "Fast",
        "Packages": "einops>=0.8, Some.Package",
        "Network": "example.org",
    }
    assert dict(summary(manifest(WEIGHTS)))["Network"] == "none"


def test_a_text_without_end_is_shortened() -> None:
    (said,) = changes(manifest(CODE), manifest(CODE.replace("MIT", "x" * 9999)))
    assert said == f"Its licence is “{'x' * 300}…” instead of “MIT”."
