"""Base templates, the one stylesheet, template components and the tags `{% load yakuba %}`."""
