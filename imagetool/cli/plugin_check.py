"""`plugins check PATH`: a table of what works and what does not, with the fix of each failure."""

from __future__ import annotations

import argparse
import dataclasses
import json
import textwrap
from collections import Counter
from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.cli.progress_line import clear_progress, show_progress
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.conformance import Check, Report, Status, check_folder
from imagetool.jobs.watch import Watch

_WIDTH = 110
_NAME_WIDTH = 18
_SHOWN = {Status.PASSED: "passed", Status.WARNING: "WARNING", Status.FAILED: "FAILED", Status.SKIPPED: "skipped"}


class ChecksFailed(ImagetoolError):
    """Some checks failed; what each one found has been printed."""

    def __init__(self, failed: int, total: int) -> None:
        self.failed, self.total = failed, total
        super().__init__(
            f"{failed} of {total} checks failed. Each one says what to do; then run “plugins check” again."
        )


def check_plugin(options: argparse.Namespace) -> None:
    """Checks the folder and prints what was found.

    Raises:
        ChecksFailed: where something failed.
    """
    report = check_folder(Path(options.path), Places.find(), Watch(show_progress), online=options.yes)
    clear_progress()
    print(json.dumps(_facts(report)) if options.json else _table(report))
    if not report.passed:
        raise ChecksFailed(report.failed, len(report.checks))


def _facts(report: Report) -> dict[str, object]:
    return {
        "plugin": report.plugin or None,
        "version": report.version or None,
        "checks": [dataclasses.asdict(check) for check in report.checks],
        "passed": report.passed,
    }


def _table(report: Report) -> str:
    lines = [f"{report.plugin} {report.version}".strip() or "No plugin that can be read"]
    model = ""
    for check in report.checks:
        if check.model != model:
            model = check.model
            lines += ["", model]
        lines += _lines(check)
    counts = Counter(check.status for check in report.checks)
    told = ", ".join(f"{counts[status]} {_SHOWN[status].lower()}" for status in Status if counts[status])
    return "\n".join([*lines, "", told])


def _lines(check: Check) -> list[str]:
    head = f"  {_SHOWN[check.status]:<8}{check.check:<{_NAME_WIDTH}} "
    indent = " " * len(head)
    lines = textwrap.wrap(check.explanation, _WIDTH, initial_indent=head, subsequent_indent=indent)
    if check.fix:
        lines += textwrap.wrap(check.fix, _WIDTH, initial_indent=f"{indent}→ ", subsequent_indent=f"{indent}  ")
    return lines
