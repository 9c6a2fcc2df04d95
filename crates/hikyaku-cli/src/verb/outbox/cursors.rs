use std::fmt;

use clap::Args;
use hikyaku_sender::OutcomePlace;
use serde::Serialize;

use crate::{
    failure::not_found,
    output::{Output, visible},
    store::StoreArgs,
};

/// List the programs that receive outcomes, and how far each has read
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku outbox cursors
  hikyaku outbox cursors --forget shop")]
pub(super) struct Cursors {
    /// Forget a program that is gone
    #[arg(long, value_name = "NAME")]
    forget: Option<String>,
}

#[derive(Serialize)]
struct Places {
    cursors: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    name: String,
    after: i64,
    behind: u64,
    oldest: Option<String>,
    reader: Option<String>,
}

impl From<OutcomePlace> for Place {
    fn from(place: OutcomePlace) -> Self {
        let OutcomePlace { name, after, reader, behind, oldest, .. } = place;
        Self { name, after, behind, oldest: oldest.map(|it| it.to_string()), reader }
    }
}

impl Cursors {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open(output).await?;
        if let Some(name) = self.forget {
            if !outbox.forget_outcome_cursor(&name).await? {
                let name = visible(&name).into_owned();
                return Err(not_found(format!(
                    "there is no cursor {name}; see `hikyaku outbox cursors`"
                )));
            }
            return output.done(format_args!("{} is forgotten", visible(&name)));
        }
        let cursors = outbox.outcome_cursors().await?.into_iter().map(Place::from).collect();
        let places = Places { cursors };
        output.print(&places, &places)
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cursors.is_empty() {
            return f.write_str("no program keeps its place in the outcomes");
        }
        for (index, Place { name, after, behind, oldest, reader }) in
            self.cursors.iter().enumerate()
        {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{}: told up to {after}, {behind} behind", visible(name))?;
            if let Some(oldest) = oldest {
                write!(f, " since {oldest}")?;
            }
            if let Some(reader) = reader {
                write!(f, ", read by {}", visible(reader))?;
            }
        }
        Ok(())
    }
}
