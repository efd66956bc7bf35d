"""Makes photos old: prints that have faded, what has happened to them since, and a scan of it all.

What is done, and in which order, follows what is known of restoring old photos: Wan et al. 2020, Bringing Old
Photos Back to Life, and Ivanova et al. 2022, Simulating Analogue Film Damage to Analyse and Improve Artefact
Restoration on High-resolution Scans. The shapes and their ranges are our own.
"""
