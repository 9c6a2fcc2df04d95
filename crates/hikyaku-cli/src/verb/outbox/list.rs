use std::fmt;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use hikyaku_sender::{CampaignId, DeliveryId, Filter, Lane, Listed, State};
use serde::Serialize;

use crate::{
    output::{Output, visible},
    store::StoreArgs,
};

/// List what is in the outbox, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku outbox list
  hikyaku outbox list --state rejected
  hikyaku outbox list --campaign 1 --limit 1000 --json")]
pub(super) struct List {
    /// Only those in this state
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(State::ALL.iter().map(|state| state.name()))
            .try_map(|name| name.parse::<State>())
    )]
    state: Option<State>,

    /// Only those of this campaign
    #[arg(long, value_name = "ID")]
    campaign: Option<CampaignId>,

    /// Only those added before this one, to go on after a full page
    #[arg(long, value_name = "ID")]
    before: Option<DeliveryId>,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

/// Deliveries, as they are printed.
#[derive(Serialize)]
pub(crate) struct Deliveries {
    pub(crate) deliveries: Vec<Listed>,
}

impl List {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let Self { state, campaign, before, limit } = self;
        let mut filter = Filter::default().limit(limit);
        (filter.state, filter.campaign, filter.before) = (state, campaign, before);
        let deliveries = Deliveries { deliveries: store.open().await?.list(filter).await? };
        output.print(&deliveries, &deliveries)
    }
}

impl fmt::Display for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8}  {:<9}  {:<13}  {:<10}  to", "id", "state", "kind", "recipients")?;
        for it in &self.deliveries {
            let to = match it.to.as_slice() {
                [] => "",
                [one] => one,
                [first, ..] => &format!("{first} …"),
            };
            let kind = Lane::of(it.kind).name();
            let Listed { id, state, recipients, .. } = it;
            write!(
                f,
                "\n{id:>8}  {:<9}  {kind:<13}  {recipients:<10}  {}",
                state.name(),
                visible(to)
            )?;
            if let Some(why) = &it.last_error {
                write!(f, "\n{:>10}{}", "", visible(why))?;
            }
        }
        Ok(())
    }
}
