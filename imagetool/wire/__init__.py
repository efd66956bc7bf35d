"""What is said between the processes, and where the pixels lie."""
