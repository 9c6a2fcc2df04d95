//! A store of sends: what stands still in it, and why.

use std::time::Duration;

use hikyaku_sender::{HoldReason, LaneOverview, Outbox, Overview, State, WaitingFor};

use super::Finding;
use crate::{output::visible, store::missing_file};

const STORE: &str = "store";
const HOLD: &str = "hold";
const LANE: &str = "lane";
const DEAD: &str = "dead";

/// A worker that runs takes what is due within a fraction of this.
const LONG_DUE: Duration = Duration::from_secs(30);

/// What keeps sends of this store from leaving.
pub(super) async fn standing(store: &str) -> Vec<Finding> {
    let next = "see that --store (HIKYAKU_STORE) names the store of your worker or gateway";
    if missing_file(store).is_some() {
        return vec![Finding::unknown(
            STORE,
            format!("there is no store {} yet", visible(store)),
            next,
        )];
    }
    let overview = match overview(store).await {
        Ok(overview) => overview,
        Err(why) => {
            return vec![Finding::problem(STORE, format!("the store cannot be read: {why}"), next)];
        }
    };
    let mut findings: Vec<_> = overview.holds.iter().map(held).collect();
    findings.extend(overview.lanes.iter().filter_map(|lane| stands(lane, &overview)));
    let dead = overview.count(State::Rejected) + overview.count(State::Unknown);
    if dead > 0 {
        let message = format!("{dead} sends were refused, or may have arrived and nobody can tell");
        let next = "see them in `hikyaku outbox list --state rejected --state unknown`, then retry or drop them";
        findings.push(Finding::warning(DEAD, message, next));
    }
    if findings.is_empty() {
        let waiting: u64 = overview.lanes.iter().map(|lane| lane.waiting).sum();
        let message = format!("nothing stands still: {waiting} sends are due and on their way");
        findings.push(Finding::ok(STORE, message));
    }
    findings
}

async fn overview(store: &str) -> Result<Overview, hikyaku_sender::Error> {
    Outbox::open(store).await?.overview().await
}

fn held(hold: &hikyaku_sender::Hold) -> Finding {
    let mut stopped = Vec::new();
    if let Some(channel) = &hold.channel {
        stopped.push(format!("channel {}", visible(channel)));
    }
    if let Some(lane) = hold.lane {
        stopped.push(format!("lane {lane}"));
    }
    if let Some(key) = &hold.fairness_key {
        stopped.push(format!("fairness key {}", visible(key)));
    }
    let what = if stopped.is_empty() { "everything".to_owned() } else { stopped.join(", ") };
    let by = if hold.who.is_empty() { "somebody" } else { &hold.who };
    let message =
        format!("{} holds {what} back since {}: {}", visible(by), hold.at, visible(&hold.reason));
    Finding::problem(HOLD, message, &format!("`hikyaku release {}`; it goes on then", hold.id))
}

fn stands(lane: &LaneOverview, overview: &Overview) -> Option<Finding> {
    let LaneOverview { channel, lane: name, waiting, .. } = lane;
    if *waiting == 0 {
        return None;
    }
    let waits = format!("{waiting} sends of channel {} wait in lane {name}", visible(channel));
    let (why, next) = match lane.waiting_for {
        Some(WaitingFor::Quota | WaitingFor::Hold(HoldReason::Quota)) => (
            "the month's messages are used up",
            "raise the channel's monthly limit, or wait for the next month; they are sent then"
                .to_owned(),
        ),
        Some(WaitingFor::Hold(HoldReason::Unauthorized)) => (
            "LINE refuses the channel access token",
            "give the worker or the gateway a token that LINE takes; they are sent then".to_owned(),
        ),
        Some(WaitingFor::Hold(HoldReason::LineDown)) => (
            "LINE does not answer, or only with errors",
            "see that this machine reaches LINE; they are tried again by themselves".to_owned(),
        ),
        Some(WaitingFor::Budget) => (
            "the budget of their fairness key is used up",
            "`hikyaku budget list`, then wait for the next day or month, or set a larger one"
                .to_owned(),
        ),
        None if lane.next_due.is_some_and(|due| overview.now.since(due) > LONG_DUE) => (
            "no worker takes them",
            format!(
                "see that `hikyaku worker run` or the gateway is running and has channel {}",
                visible(channel)
            ),
        ),
        // A person's hold is told by itself, and the rest is over soon.
        _ => return None,
    };
    Some(Finding::problem(LANE, format!("{waits}: {why}"), &next))
}
