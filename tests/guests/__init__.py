"""Throw-away models that try what a model may be: each of another kind, on the public API alone.

Conformance runs on them as on the models of the library.
"""
