"""番号札: how long it will take, from how long it took."""
