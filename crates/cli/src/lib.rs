//! The command line of `kql`.
