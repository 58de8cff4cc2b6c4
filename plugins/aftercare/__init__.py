"""Customer care for car-dealer groups, in nightly batches."""
