"""Conditions: what every entry has (`read`, `entry`), and one module for each thing it can name."""
