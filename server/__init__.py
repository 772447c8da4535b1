"""Where people and machines ask: HTTP, pages, /metrics, clock, settings and the one engine."""
