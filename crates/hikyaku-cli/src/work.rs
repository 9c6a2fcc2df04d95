use std::{collections::BTreeSet, fmt, str::FromStr};

use clap::Args;
use hikyaku::Client;
use hikyaku_sender::{HoldReason, Lane, Limits, Outbox, Rate, Report, Waiting, WaitingFor, Worker};
use serde::Serialize;

use crate::{
    channel::IssuerArgs,
    connect::Connection,
    failure::{Stuck, stuck, unserved, usage},
    output::Output,
    profile::WithFiles,
};

/// The default channel of the store.
pub(crate) const CHANNEL: &str = "default";

// The rate limits and the channel.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// Maximum number of concurrent requests
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,

    /// Rate limit of one kind of send, such as push=2000/s or broadcast=60/h; push=none lifts it, none lifts all of them
    /// [default: LINE's limits]
    #[arg(long, value_name = "KIND=N/s")]
    limit: Vec<Limit>,

    #[command(flatten)]
    issuer: IssuerArgs,

    #[command(flatten)]
    connection: Connection,
}

/// The channels that a worker serves, by their names in the store.
pub(crate) type Clients = Vec<(String, Client)>;

/// One limit, as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
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
    /// Returns the clients of these channels, each from the profile of its name; or that of the command line's channel.
    pub(crate) fn clients(&self, channels: &[String], output: Output) -> anyhow::Result<Clients> {
        if channels.is_empty() {
            let client = self.connection.client_of(Some(&self.issuer), output)?;
            return Ok(vec![(CHANNEL.to_owned(), client)]);
        }
        self.only_profiles(output)?;
        let client = |name: &String| Ok((name.clone(), self.connection.client_of_profile(name)?));
        channels.iter().map(client).collect()
    }

    /// Refuses arguments for a single channel: each channel is reached by the profile of its name.
    pub(crate) fn only_profiles(&self, output: Output) -> anyhow::Result<()> {
        if self.connection.names_a_profile() || self.issuer.is_asked_for() {
            return Err(usage(
                "each --channel is reached by the profile of its name; leave --profile and --channel-id out",
            ));
        }
        if self.connection.has_token() {
            output.note(
                "--token or LINE_CHANNEL_ACCESS_TOKEN is not used: each --channel has its profile's own",
            );
        }
        Ok(())
    }

    /// Returns the client of a channel by its profile.
    pub(crate) fn client_of(&self, channel: &WithFiles) -> anyhow::Result<Client> {
        self.connection.client_of_loaded(&channel.profile)
    }

    /// Returns these limits; without any, those of the command line.
    pub(crate) fn limits(&self, told: Option<&[Limit]>) -> Limits {
        let mut limits = Limits::default();
        for limit in told.unwrap_or(&self.limit) {
            match *limit {
                Limit::Of(lane, rate) => limits.set(lane, rate),
                Limit::NoneAtAll => limits = Limits::none(),
            }
        }
        limits
    }

    /// Returns a worker for these channels, with the limits of the command line.
    pub(crate) fn worker(&self, outbox: &Outbox, clients: Clients) -> Worker {
        let worker = outbox.worker().concurrency(self.concurrency.into()).limits(self.limits(None));
        clients.into_iter().fold(worker, |worker, (name, client)| worker.channel(name, client))
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
    until: Option<String>,
}

impl From<Report> for Done {
    fn from(report: Report) -> Self {
        let wait = |it: Waiting| Wait {
            channel: it.channel,
            kind: it.lane.name(),
            reason: it.reason.name(),
            until: it.until.map(|until| until.to_string()),
        };
        Self {
            accepted: report.accepted,
            rejected: report.rejected,
            unknown: report.unknown,
            waiting: report.waiting.into_iter().map(wait).collect(),
        }
    }
}

impl Done {
    /// Returns whether deliveries are left that wait.
    pub(crate) fn leaves_some(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns an error if deliveries are left that no worker of this kind will ever send.
    pub(crate) fn unserved(&self) -> anyhow::Result<()> {
        let names = self.waiting.iter().filter(|it| it.reason == WaitingFor::Worker.name());
        let names: BTreeSet<&str> = names.map(|it| it.channel.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(unserved(&Vec::from_iter(names).join(", ")))
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, rejected, unknown, waiting } = self;
        write!(f, "{accepted} accepted, {rejected} rejected, {unknown} unknown")?;
        for Wait { channel, kind, reason, until } in waiting {
            let until = until.as_deref().unwrap_or("it is released");
            if *reason == WaitingFor::Worker.name() {
                write!(f, "\n  {kind} of {channel} waits for a worker, since {until}")?;
            } else {
                let of = if channel == CHANNEL { String::new() } else { format!(" of {channel}") };
                write!(f, "\n  {kind}{of} waits: {reason}, until {until}")?;
            }
        }
        Ok(())
    }
}

/// Returns the text for a reason to wait.
pub(crate) fn told(reason: WaitingFor) -> &'static str {
    match reason {
        WaitingFor::Rate => "at the rate limit",
        WaitingFor::Hold(HoldReason::Rate) => "waits because LINE says it is too fast",
        WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota) => "waits for the month's quota",
        WaitingFor::Hold(HoldReason::Unauthorized) => "waits for a token that LINE takes",
        WaitingFor::Hold(HoldReason::LineDown) => "waits for LINE to come back",
        WaitingFor::Release => "waits until a person releases it",
        WaitingFor::Budget => "waits for its key's budget of the next day or month",
        WaitingFor::Order => "waits for another of its order key",
        WaitingFor::Campaign => "waits until its campaign is resumed",
        WaitingFor::Worker => "waits for a worker that has its channel",
        other => other.name(),
    }
}

/// Returns an error if only an operator, or the next month, can end the wait.
pub(crate) fn stuck_for(reason: WaitingFor) -> Option<anyhow::Error> {
    match reason {
        WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota) => Some(stuck(Stuck::Quota)),
        WaitingFor::Hold(HoldReason::Unauthorized) => Some(stuck(Stuck::Unauthorized)),
        // A wait that ends by itself.
        _ => None,
    }
}
