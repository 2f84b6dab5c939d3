"""`python -m exporter` is `warehouse-exporter`."""

from exporter.cli import main

if __name__ == "__main__":
    main(prog_name="warehouse-exporter")
