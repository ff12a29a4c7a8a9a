//! The `kql` binary: reads the arguments, does what they say, and ends with an exit code.

use std::process::ExitCode;

use clap::Parser;
use kql::args::Arguments;
use kql::commands;

fn main() -> ExitCode {
    commands::dispatch_on_deep_stack(Arguments::parse()).into()
}
