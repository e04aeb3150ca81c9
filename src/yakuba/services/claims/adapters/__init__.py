"""Files of columns on the disk, and DuckDB over them."""
