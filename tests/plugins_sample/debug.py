"""Runs the checks of a plugin in this process, where breakpoint() and a debugger work."""

from pathlib import Path

from imagetool.catalog.places import Places
from imagetool.jobs.conformance import Limits, check_folder
from imagetool.jobs.watch import Watch
from imagetool.worker.in_process import InProcessWorker

PATIENT = Limits(job_s=3600, all_s=36_000, most_side_px=512)

folder = Path("tiny_denoise")
report = check_folder(folder, Places.find(), Watch(), InProcessWorker, PATIENT)
for check in report.checks:
    print(check.check, check.status, check.explanation, check.fix)
