//! Asks for confirmation before much is changed at once.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use anyhow::Context;

use crate::failure::usage;

/// Shows the effect of the command, and asks for confirmation. Without a terminal, refuses with a short description.
pub(crate) fn ask(short: impl fmt::Display, preview: &impl fmt::Display) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(usage(format!(
            "{short}; repeat it with --yes to do so, or with --dry-run to see them"
        )));
    }
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{preview}\ngo on? [y/N] ").context("cannot write to stderr")?;
    stderr.flush().context("cannot write to stderr")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(usage("nothing was done")),
    }
}
