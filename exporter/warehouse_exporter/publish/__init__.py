"""What is known, for machines and for people: snapshots, gauges, reports, tables, reference."""
