//! Writes to everybody in a CSV list by name: once each, however often it is run and wherever it was killed before.
//! `cargo run --example campaign -- spring people.csv`; the list's first line is `user_id,name,points`.
#![expect(clippy::print_stderr, reason = "a program shows how far it is")]
use std::{env, error::Error as StdError, fs::File, future::pending, time::Duration};

use hikyaku::{Client, model::Message};
use hikyaku_sender::{
    Campaign, Error, Outbox,
    campaign::{CampaignPhase, Fed},
};

/// Stores a push for each line of the list. A list of which a part is stored already goes on there.
pub(crate) async fn start(
    outbox: &Outbox,
    name: &str,
    list: File,
) -> Result<(Campaign, Fed), Error> {
    let message = Message::text("Hello {name}! You have {points} points.");
    let campaign = outbox.new_personal_campaign(message).idempotency_key(name).start().await?;
    let fed = campaign
        .feed(list)
        .on_bad_line(|line| eprintln!("line {} is left out: {}", line.number, line.why))
        .await?;
    Ok((campaign, fed))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let mut words = env::args().skip(1);
    let (Some(name), Some(list)) = (words.next(), words.next()) else {
        return Err("cargo run --example campaign -- NAME LIST.csv".into());
    };
    let outbox = Outbox::open("sqlite:campaign.db").await?;
    let (campaign, _) = start(&outbox, &name, File::open(list)?).await?;
    let worker = outbox.worker().channel("default", Client::from_env()?);
    tokio::spawn(worker.run(pending()));
    let mut watch = campaign.watch(Duration::from_secs(1));
    loop {
        let now = watch.next().await?;
        let (done, total) = (now.progress.finished(), now.progress.total);
        eprintln!("{done} of {total}, {:.0} a second", now.per_second);
        if matches!(now.progress.state, CampaignPhase::Done | CampaignPhase::Cancelled) {
            return Ok(());
        }
    }
}
