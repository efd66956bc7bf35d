"""Trying a plugin as its users would, before they do: what is wrong with it, and how its author mends it."""

from imagetool.jobs.conformance.report import Check, Report, Status
from imagetool.jobs.conformance.suite import Limits, check_folder

__all__ = ["Check", "Limits", "Report", "Status", "check_folder"]
