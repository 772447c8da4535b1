"""The registry of indicators."""
