"""Support: the operator of a shared installation looks at a town's pages while the town allows it."""
