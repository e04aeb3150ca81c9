"""Personal data in a text: `finding` says where it stands, `hiding` puts tokens in its place and takes them out again.

Rules find numbers and addresses for certain; of names they find what a dictionary knows. Whoever gives a text out looks at
it as well. No framework, so engines use it.
"""
