"""The republic of the ministry's report, invented: every school, person and serial is made up, and marked so."""
