"""The sample plugins bring tests of their own; they are run in the plugin's folder, as their author does it."""

collect_ignore_glob = ["*/test_*.py"]
