"""What is kept on the disk of long jobs, so that they can go on where a crash or a power cut ended them."""

from imagetool.jobs.journal.facts import Facts
from imagetool.jobs.journal.journal import Journal
from imagetool.jobs.journal.journals import Journals
from imagetool.jobs.journal.unfinished import Unfinished

__all__ = ["Facts", "Journal", "Journals", "Unfinished"]
