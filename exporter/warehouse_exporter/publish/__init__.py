"""The results for programs and people: snapshots, metrics, reports, tables, reference."""
