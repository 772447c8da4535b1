"""What is wrong, since when, and who must act."""
