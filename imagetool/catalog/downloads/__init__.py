"""Files from https addresses: resumable, bounded, checked."""
