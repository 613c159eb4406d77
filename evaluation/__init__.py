"""Measuring: data sets, measures, runs, reports, benchmarks, load."""
