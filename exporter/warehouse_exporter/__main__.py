"""`python -m warehouse_exporter` is `warehouse-exporter`."""

from warehouse_exporter.cli.main import main

if __name__ == "__main__":
    main(prog_name="warehouse-exporter")
