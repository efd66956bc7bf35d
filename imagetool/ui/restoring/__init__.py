"""What is asked and shown while an old photo is restored: its damage, the steps, and how far they are."""
