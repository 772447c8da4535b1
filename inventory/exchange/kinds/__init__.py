"""What can be imported and exported, one file per noun."""
