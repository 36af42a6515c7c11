"""Repeatable measurements, each beside a baseline of its own in the same run.

``make bench`` runs all of them, ``python -m benchmarks throughput core`` some. They use loopback
only, stop what they start, and judge nothing: a table shows the figure and what we aim at, the
reader decides. What each one means is in ``docs/performance.md``.
"""
