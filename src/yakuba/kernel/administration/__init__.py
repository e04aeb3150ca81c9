"""Administration: the pages with which a town runs its house. The writes belong to the parts they change."""
