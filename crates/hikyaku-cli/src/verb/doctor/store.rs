//! A store of sends: what stands still in it, and why.

use std::time::Duration;

use hikyaku_sender::{
    Beyond, Budget, CampaignId, HoldReason, LaneOverview, Outbox, Overview, State, WaitingFor,
    campaign::CampaignPhase,
};

use super::Finding;
use crate::{output::visible, store::missing_file, verb::hold::Told};

const STORE: &str = "store";
const HOLD: &str = "hold";
const LANE: &str = "lane";
const BUDGET: &str = "budget";
const CAMPAIGN: &str = "campaign";
const DEAD: &str = "dead";

/// How many campaigns are looked at, the newest first.
const CAMPAIGNS: u32 = 1000;

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
    let (overview, paused) = match look(store).await {
        Ok(Looked::Moved(to)) => {
            let next = format!("give your programs and workers `--store {}`", visible(&to));
            let message =
                format!("the store was moved to {}: nothing is sent from it", visible(&to));
            return vec![Finding::problem(STORE, message, &next)];
        }
        Ok(Looked::At(overview, paused)) => (overview, paused),
        Err(why) => {
            return vec![Finding::problem(STORE, format!("the store cannot be read: {why}"), next)];
        }
    };
    let mut findings: Vec<_> = overview.holds.iter().map(held).collect();
    findings.extend(overview.lanes.iter().filter_map(|lane| stands(lane, &overview)));
    findings.extend(overview.budgets.iter().filter_map(used_up));
    findings.extend(paused.into_iter().map(|id| {
        let next = format!("`hikyaku campaign resume {id}`, when it is to go on");
        Finding::warning(CAMPAIGN, format!("campaign {id} is paused: its sends wait"), &next)
    }));
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

enum Looked {
    /// It is in use, and these campaigns are paused.
    At(Box<Overview>, Vec<CampaignId>),
    /// Another store goes on with what it had.
    Moved(String),
}

async fn look(store: &str) -> Result<Looked, hikyaku_sender::Error> {
    let outbox = Outbox::open(store).await?;
    if let Some(to) = outbox.moved_to().await? {
        return Ok(Looked::Moved(to));
    }
    let campaigns = outbox.campaigns(CAMPAIGNS).await?.into_iter();
    let paused = campaigns.filter(|(_, it)| it.state == CampaignPhase::Paused).map(|(id, _)| id);
    Ok(Looked::At(Box::new(outbox.overview().await?), paused.collect()))
}

fn used_up(budget: &Budget) -> Option<Finding> {
    let Budget { fairness_key, limit, per, until, .. } = budget;
    (budget.used_up && budget.beyond == Beyond::Wait).then(|| {
        let message = format!(
            "the budget of fairness key {}, {limit} recipients a {per}, is used up: its sends wait until {until}",
            visible(fairness_key)
        );
        Finding::problem(BUDGET, message, "wait, or `hikyaku budget set` a larger one; they are sent then")
    })
}

fn held(hold: &hikyaku_sender::Hold) -> Finding {
    let next = format!("`hikyaku release {}`; it goes on then", hold.id);
    Finding::problem(HOLD, Told(hold).to_string(), &next)
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
        Some(WaitingFor::Hold(HoldReason::Rate)) => {
            let message = format!("{waits}: LINE says that the channel is too fast");
            let next = "nothing, they are tried again by themselves; if it lasts, other programs use the channel, too: give the worker a lower --limit";
            return Some(Finding::warning(LANE, message, next));
        }
        None if lane.next_due.is_some_and(|due| overview.now.since(due) > LONG_DUE) => (
            "no worker takes them",
            format!(
                "see that `hikyaku worker run` or the gateway is running and has channel {}",
                visible(channel)
            ),
        ),
        // A person's hold and a key's budget are told by themselves, and the rest is over soon.
        _ => return None,
    };
    Some(Finding::problem(LANE, format!("{waits}: {why}"), &next))
}
