"""NGSIv2 without a framework: what an entity is, what a request asks, and what is answered."""
