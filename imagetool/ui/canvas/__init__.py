"""The picture on the screen: where it lies, how it is drawn, and what the hand does to it."""
