"""The Python packages that a plugin needs: found, checked and put into the plugin's own folder."""

from imagetool.jobs.dependencies.installation import Installation, check_installed, install
from imagetool.jobs.dependencies.resolution import Package, Plan, plan
from imagetool.jobs.dependencies.sources import Sources
from imagetool.jobs.dependencies.wanted import Wanted

__all__ = ["Installation", "Package", "Plan", "Sources", "Wanted", "check_installed", "install", "plan"]
