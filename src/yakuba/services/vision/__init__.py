"""画像解析: pictures of roads, traps, car parks and drives, looked at by models of the house and of the town."""
