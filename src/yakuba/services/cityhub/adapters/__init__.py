"""What stands between the hub and the network."""
