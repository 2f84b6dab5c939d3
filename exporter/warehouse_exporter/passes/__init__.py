"""One consistent run over the due datasets: snapshots, statements, states, verdicts."""
