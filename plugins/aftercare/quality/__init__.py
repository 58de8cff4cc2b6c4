"""Suites of rules: reading, compiling to flag statements, judging by Great Expectations."""
