"""What exists, where, and who answers for it."""
