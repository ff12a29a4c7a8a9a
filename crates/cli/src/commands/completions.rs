//! `kql completions` and `kql man`: what shells and readers of manuals are given, made from the arguments themselves.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::Outcome;
use crate::failure::Failure;

pub(super) fn completions(shell: Shell) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "kql", &mut script);
    write(&script)
}

/// The manual page in roff, a section for each command.
pub(super) fn manual() -> Result<Outcome, Failure> {
    let failed = |error: io::Error| Failure::io("cannot write the page", &error);
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for one in command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help") {
        let man = clap_mangen::Man::new(one.clone());
        writeln!(page, ".SH KQL {}", one.get_name().to_uppercase()).map_err(failed)?;
        man.render_synopsis_section(&mut page).map_err(failed)?;
        man.render_description_section(&mut page).map_err(failed)?;
        man.render_options_section(&mut page).map_err(failed)?;
    }
    write(&page)
}

fn write(bytes: &[u8]) -> Result<Outcome, Failure> {
    io::stdout().write_all(bytes).map_err(|error| Failure::io("cannot write", &error))?;
    Ok(Outcome::Ran)
}
