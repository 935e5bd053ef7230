"""When does what run? Thin on purpose: order, clocks, retries and pages of help; what happens is in `pipeline`."""
