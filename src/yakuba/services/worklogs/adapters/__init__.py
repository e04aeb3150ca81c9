"""Parquet files and the engines that read them."""
