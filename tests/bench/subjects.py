"""What is measured beside each other: its name in tables and pictures, and its colour in the picture."""

NAMES = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "raw-sqlite": "SQLite by hand",
    "engine-sqlite": "boxoffice, SQLite FULL",
    "engine-postgres": "boxoffice, PostgreSQL store",
    "engine-postgres-hosts": "boxoffice, PostgreSQL store, 2 hosts",
    "engine-memory": "boxoffice, in memory (not durable)",
    "engine-submit": "boxoffice, SQLite FULL, submitted",
    "http": "boxoffice over HTTP, SQLite FULL",
}
COLOURS = {
    "postgres": "#8c8c8c",
    "redis": "#b5b5b5",
    "engine-sqlite": "#1f6fb2",
    "engine-postgres": "#2f8f83",
    "engine-postgres-hosts": "#1f6a61",
    "engine-submit": "#12507f",
    "engine-memory": "#7fb3dd",
}
OTHER = "#444444"  # what has no colour of its own
