//! The `kql` binary.
fn main() {}
