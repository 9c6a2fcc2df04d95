use clap::{Args, Command};
use clap_complete::Shell;

use crate::output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku completions bash > ~/.local/share/bash-completion/completions/hikyaku
  hikyaku completions zsh > ~/.zfunc/_hikyaku
  hikyaku completions fish > ~/.config/fish/completions/hikyaku.fish")]
pub(crate) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    /// Completes the words of this command.
    pub(crate) fn run(self, mut command: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "hikyaku", &mut script);
        output::print(String::from_utf8_lossy(&script).trim_end())
    }
}
