"""The mathematics of the course in NumPy alone: small functions to read, to call and to check against."""
