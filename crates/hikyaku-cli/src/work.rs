use std::{fmt, str::FromStr};

use clap::Args;
use hikyaku::Client;
use hikyaku_sender::{HoldReason, Lane, Limits, Outbox, Rate, Report, Waiting, WaitingFor, Worker};
use serde::Serialize;

use crate::{
    connect::Connection,
    failure::{Stuck, stuck},
    output::Output,
};

/// How the command line's one channel is called in the store.
const CHANNEL: &str = "default";

// How fast to send, and through which channel.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// Requests that are on their way at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,

    /// How fast one way of sending may go, such as push=2000/s or broadcast=60/h; push=none lifts its limit, none lifts
    /// them all [default: LINE's limits]
    #[arg(long, value_name = "KIND=N/s")]
    limit: Vec<Limit>,

    #[command(flatten)]
    connection: Connection,
}

/// One limit, as it is written on the command line.
#[derive(Clone, Copy, Debug)]
enum Limit {
    Of(Lane, Option<Rate>),
    NoneAtAll,
}

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected KIND=N/s, N/m or N/h, KIND=none or none, such as multicast=200/s";

        if text == "none" {
            return Ok(Self::NoneAtAll);
        }
        let (lane, rate) = text.split_once('=').ok_or(EXPECTED)?;
        let lane = lane.parse().map_err(|_| EXPECTED)?;
        match rate {
            "none" => Ok(Self::Of(lane, None)),
            rate => Ok(Self::Of(lane, Some(rate.parse().map_err(|_| EXPECTED)?))),
        }
    }
}

impl WorkArgs {
    /// The client that the worker is to use.
    pub(crate) fn client(&self, output: Output) -> anyhow::Result<Client> {
        self.connection.client(output)
    }

    /// A worker for the one channel of the command line.
    pub(crate) fn worker(&self, outbox: &Outbox, client: Client) -> Worker {
        let mut limits = Limits::default();
        for limit in &self.limit {
            match *limit {
                Limit::Of(lane, rate) => limits.set(lane, rate),
                Limit::NoneAtAll => limits = Limits::none(),
            }
        }
        outbox.worker().channel(CHANNEL, client).concurrency(self.concurrency.into()).limits(limits)
    }
}

/// What a worker did, as it is printed. All counts are of deliveries.
#[derive(Serialize)]
pub(crate) struct Done {
    accepted: u64,
    rejected: u64,
    unknown: u64,
    waiting: Vec<Wait>,
}

#[derive(Serialize)]
struct Wait {
    channel: String,
    kind: &'static str,
    reason: &'static str,
    until: String,
}

impl From<Report> for Done {
    fn from(report: Report) -> Self {
        let wait = |it: Waiting| Wait {
            channel: it.channel,
            kind: it.lane.name(),
            reason: it.reason.name(),
            until: it.until.to_string(),
        };
        Self {
            accepted: report.accepted,
            rejected: report.rejected,
            unknown: report.unknown,
            waiting: report.waiting.into_iter().map(wait).collect(),
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, rejected, unknown, waiting } = self;
        write!(f, "{accepted} accepted, {rejected} rejected, {unknown} unknown")?;
        for Wait { kind, reason, until, .. } in waiting {
            write!(f, "\n  {kind} waits: {reason}, until {until}")?;
        }
        Ok(())
    }
}

/// The words for what is waited for.
pub(crate) fn told(reason: WaitingFor) -> &'static str {
    match reason {
        WaitingFor::Rate => "at the rate limit",
        WaitingFor::Hold(HoldReason::Rate) => "waits because LINE says it is too fast",
        WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota) => "waits for the month's quota",
        WaitingFor::Hold(HoldReason::Unauthorized) => "waits for a token that LINE takes",
        WaitingFor::Hold(HoldReason::LineDown) => "waits for LINE to come back",
        other => other.name(),
    }
}

/// The error that it is when only a person, or the next month, can end the wait.
pub(crate) fn stuck_for(reason: WaitingFor) -> Option<anyhow::Error> {
    match reason {
        WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota) => Some(stuck(Stuck::Quota)),
        WaitingFor::Hold(HoldReason::Unauthorized) => Some(stuck(Stuck::Unauthorized)),
        // A wait that ends by itself.
        _ => None,
    }
}
