"""What people and programs see of the hub: pages, and the server of its interface."""
