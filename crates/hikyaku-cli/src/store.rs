use std::time::SystemTime;

use clap::Args;
use hikyaku_sender::{Outbox, Time};
use jiff::{SignedDuration, Timestamp};

use crate::{environment::unless_empty, failure::not_found, output::Output};

// The store of the sends. The flag is global, so that it may also follow a verb's own verb.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[arg(
        long,
        global = true,
        env = unless_empty("HIKYAKU_STORE"),
        hide_env_values = true,
        value_name = "URL",
        default_value = "sqlite:hikyaku.db",
        // After the options of the verb.
        display_order = 990,
        help = "The store: sqlite:PATH or postgres://…"
    )]
    store: String,
}

impl StoreArgs {
    /// Opens an existing store, for verbs that make no sense with a new one.
    pub(crate) async fn open(&self, output: Output) -> anyhow::Result<Outbox> {
        let outbox = open_existing(&self.store, "name yours with --store or HIKYAKU_STORE").await?;
        if let Some(to) = outbox.moved_to().await? {
            output.note(&format!("this store was moved to {to}; what follows is how it was then"));
        }
        Ok(outbox)
    }

    /// Opens the store, and creates it if necessary.
    pub(crate) async fn open_or_make(&self) -> anyhow::Result<Outbox> {
        Ok(Outbox::open(self.store.as_str()).await?)
    }

    /// Returns whether other workers may use it at the same time: a file takes only one.
    pub(crate) fn is_shared(&self) -> bool {
        self.store.starts_with("postgres")
    }
}

/// Opens an existing store that an argument names.
pub(crate) async fn open(url: &str) -> anyhow::Result<Outbox> {
    open_existing(url, "check the path").await
}

/// Opens an existing store; a misspelt path must not create a new one.
async fn open_existing(url: &str, next_step: &str) -> anyhow::Result<Outbox> {
    if let Some(path) = missing_file(url) {
        return Err(not_found(format!("there is no store {path}; {next_step}")));
    }
    Ok(Outbox::open(url).await?)
}

/// Returns the path of a store if it is a file that is not there: to open it makes one.
pub(crate) fn missing_file(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    let file = path.strip_prefix("//").unwrap_or(path);
    (!std::fs::exists(file).unwrap_or(true)).then_some(path)
}

/// A moment as it is written on the command line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    At(Timestamp),
    In(SignedDuration),
}

impl When {
    /// Returns the moment, on a clock that says `now`.
    pub(crate) fn after(self, now: Time) -> Time {
        match self {
            Self::At(time) => SystemTime::from(time).into(),
            Self::In(wait) => now + wait.unsigned_abs(),
        }
    }
}

/// A moment as it is asked for: a time, or how long ago it was.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    At(Timestamp),
    Ago(SignedDuration),
}

impl Moment {
    /// Returns the moment, on a clock that says `now`.
    pub(crate) fn before(self, now: Time) -> Time {
        match self {
            Self::At(time) => SystemTime::from(time).into(),
            Self::Ago(ago) => now - ago.unsigned_abs(),
        }
    }
}

impl std::str::FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = text.parse() {
            return Ok(Self::At(time));
        }
        match text.parse::<SignedDuration>() {
            Ok(ago) if ago.is_positive() => Ok(Self::Ago(ago)),
            _ => Err(
                "expected a time with its offset, such as 2026-12-24T18:00:00+09:00, or how long ago, such as 90s or 2h",
            ),
        }
    }
}

impl std::str::FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = text.parse() {
            return Ok(Self::At(time));
        }
        match text.parse::<SignedDuration>() {
            Ok(wait) if wait.is_positive() => Ok(Self::In(wait)),
            _ => Err(
                "expected a time with its offset, such as 2026-12-24T18:00:00+09:00, or a wait, such as 90s or 2h",
            ),
        }
    }
}
