"""文書作成支援: pages, by task."""
