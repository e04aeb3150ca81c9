"""Surveys of many bodies: asked, answered, tallied, published; and the answering town's side."""
