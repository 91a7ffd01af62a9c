"""What `tools/grade.py` is made of: reading what a student handed in, running it, the pages that say what came out."""
