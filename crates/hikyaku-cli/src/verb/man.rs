use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Args, Command};
use clap_mangen::Man as Page;

use crate::{
    failure::usage,
    output::{self, Output},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku man push | man -l -
  hikyaku man --out ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The verb, and its own verb [default: the command as a whole]
    #[arg(conflicts_with = "out")]
    verb: Vec<String>,

    /// Write the pages of all verbs into this folder instead
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Man {
    /// Prints a page about the whole command or a verb of it, or writes all pages.
    pub(crate) fn run(self, output: Output, mut whole: Command) -> anyhow::Result<()> {
        // Puts the arguments of all verbs together, and gives each its whole name.
        whole.build();
        if let Some(folder) = &self.out {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            let pages = write_all(&whole, folder)?;
            return output.print(
                &serde_json::json!({ "pages": pages }),
                format!("{pages} pages are in {}", folder.display()),
            );
        }
        let mut command = &whole;
        for word in &self.verb {
            command = command.find_subcommand(word).ok_or_else(|| {
                usage(format!("there is no verb {word} of {}; see --help", command.get_name()))
            })?;
        }
        output::print(String::from_utf8_lossy(&page(command)?).trim_end())
    }
}

/// Writes the page of a command, and those of its verbs; returns their number.
fn write_all(command: &Command, folder: &Path) -> anyhow::Result<usize> {
    let path = folder.join(format!("{}.1", name(command)));
    fs::write(&path, page(command)?).with_context(|| format!("cannot write {}", path.display()))?;
    let mut verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    verbs.try_fold(1, |pages, verb| Ok(pages + write_all(verb, folder)?))
}

fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    let mut page = Vec::new();
    Page::new(command.clone()).render(&mut page).context("cannot make the page")?;
    Ok(page)
}

/// `hikyaku-sim-exec` for `hikyaku sim exec`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}
