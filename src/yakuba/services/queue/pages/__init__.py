"""番号札: the pages of clerks and of whoever waits."""
