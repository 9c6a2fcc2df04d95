use std::path::Path;

use hikyaku_sim::{InvalidSeed, Seed, SimBuilder};

use crate::{
    failure::usage,
    file,
    table::{explain, line_of},
};

/// A file that says what a simulator begins with.
pub(super) struct SeedFile<'a> {
    path: &'a str,
    text: String,
}

impl<'a> SeedFile<'a> {
    pub(super) fn read(path: &'a str) -> anyhow::Result<Self> {
        Ok(Self { path, text: file::read(path)? })
    }

    /// Lets a simulator begin so. Pictures are where the file is.
    pub(super) fn begin(&self, builder: SimBuilder) -> anyhow::Result<SimBuilder> {
        let seed: Seed = toml::from_str(&self.text)
            .map_err(|error| usage(format!("{}: {}", self.path, explain(&self.text, &error))))?;
        let folder = Path::new(self.path).parent().unwrap_or(Path::new(""));
        Ok(builder.begin_with(seed, folder))
    }

    /// Why a simulator cannot begin so, with the line.
    pub(super) fn refuse(&self, why: &InvalidSeed) -> anyhow::Error {
        let line = line_of(&self.text, why.place());
        let line = line.map_or_else(String::new, |line| format!("line {line}: "));
        usage(format!("{}: {line}{why}", self.path))
    }
}
