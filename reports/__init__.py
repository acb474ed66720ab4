"""Reports: results in, files out. A report prints what a result holds and computes nothing."""
