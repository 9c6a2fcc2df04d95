use clap::{Args, ValueEnum};
use hikyaku::{
    Date,
    message::{SentCountKind, SentCountStatus},
};

use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Days are Japan's (UTC+9). A day's count is usually there on the next one.

Examples:
  hikyaku sent-count push 20260131
  hikyaku sent-count multicast 20260131 --json")]
pub(crate) struct SentCount {
    /// Which sends; pnp are those to phone numbers
    kind: Kind,

    /// The day as yyyyMMdd
    #[arg(value_parser = date)]
    date: Date,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Reply,
    Push,
    Multicast,
    Broadcast,
    Pnp,
}

impl From<Kind> for SentCountKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Reply => Self::Reply,
            Kind::Push => Self::Push,
            Kind::Multicast => Self::Multicast,
            Kind::Broadcast => Self::Broadcast,
            Kind::Pnp => Self::Pnp,
        }
    }
}

impl SentCount {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let client = self.connection.client(output)?;
        let count = client.sent_count(self.kind.into(), self.date).await?.into_inner();
        let text = match (&count.status, count.success) {
            (_, Some(sent)) => format!("{sent} messages on {}", self.date),
            (SentCountStatus::Unready, _) => "not counted yet; ask again tomorrow".to_owned(),
            (SentCountStatus::OutOfService, _) => {
                "LINE did not count then; it began on 2018-03-31".to_owned()
            }
            (SentCountStatus::UnavailableForPrivacy, _) => {
                "too few for LINE to tell how many".to_owned()
            }
            (status, None) => format!("no count ({status:?})"),
        };
        output.print(&count, text)
    }
}

fn date(text: &str) -> Result<Date, &'static str> {
    const EXPECTED: &str = "expected a day as yyyyMMdd, such as 20260131";

    if text.len() != 8 {
        return Err(EXPECTED);
    }
    text.parse().map_err(|_| EXPECTED)
}
