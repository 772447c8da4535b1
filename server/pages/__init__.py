"""What people see in a browser: one file per page, HTML first, scripts only on top."""
