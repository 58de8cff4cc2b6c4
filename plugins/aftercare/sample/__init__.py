"""A made-up dealer group with the faults of real ones, and the truth about them."""
