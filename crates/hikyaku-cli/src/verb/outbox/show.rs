use clap::Args;
use hikyaku_sender::{DeliveryId, Filter, Listed, Outbox, State, WaitingFor};

use super::story::Story;
use crate::{
    failure::not_found,
    output::{Output, visible},
    store::StoreArgs,
    work::CHANNEL,
};

/// Show where one delivery stands, every request that was made for it, and what to do next
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku outbox show 17
  hikyaku outbox show --idempotency-key order-17
  hikyaku outbox show 17 --json | jq -r .last_error")]
pub(super) struct Show {
    #[arg(
        value_name = "ID",
        help = "What `outbox add` printed as delivery_id",
        required_unless_present = "idempotency_key"
    )]
    id: Option<DeliveryId>,

    /// Your name for it, instead of its ID
    #[arg(long, value_name = "KEY", conflicts_with = "id")]
    idempotency_key: Option<String>,

    /// The channel of the store whose name it is
    #[arg(long, value_name = "NAME", default_value = CHANNEL, requires = "idempotency_key")]
    channel: String,
}

impl Show {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open(output).await?;
        let (found, which) = match (self.id, self.idempotency_key) {
            (Some(id), _) => (outbox.show(id).await?, id.to_string()),
            (None, key) => {
                let key = key.unwrap_or_default();
                let found = outbox.find(self.channel, &key).await?;
                (found, format!("with the idempotency key {}", visible(&key)))
            }
        };
        let delivery = found.ok_or_else(|| {
            not_found(format!(
                "there is no delivery {which}; finished ones are kept for 7 days, see `hikyaku outbox list`",
            ))
        })?;
        let requests = outbox.attempts(delivery.id).await?;
        let campaign = match delivery.campaign {
            Some(id) => Some(outbox.campaign(id).await?.progress().await?.state),
            None => None,
        };
        let ahead = ahead(&outbox, &delivery).await?;
        let (overview, holds) = (outbox.overview().await?, outbox.holds().await?);
        let told = Story::new(delivery, requests, &overview, holds, campaign, ahead);
        let told = told.moved_to(outbox.moved_to().await?);
        output.print(&told, &told)
    }
}

/// Returns the delivery with the same order key that this one waits for.
async fn ahead(outbox: &Outbox, delivery: &Listed) -> anyhow::Result<Option<(DeliveryId, State)>> {
    let Some(key) = delivery.order_key.as_ref().filter(|_| waits_its_turn(delivery)) else {
        return Ok(None);
    };
    let of_key = Filter::default().channel(&delivery.channel).order_key(key).limit(u32::MAX);
    let open = outbox.list(of_key.state(State::InFlight).state(State::Ready)).await?;
    let first = open.iter().find(|it| it.state == State::InFlight);
    let first = first.or_else(|| open.iter().rev().find(|it| !waits_its_turn(it)));
    Ok(first.map(|it| (it.id, it.state)))
}

fn waits_its_turn(delivery: &Listed) -> bool {
    delivery.waiting_for == Some(WaitingFor::Order)
}
