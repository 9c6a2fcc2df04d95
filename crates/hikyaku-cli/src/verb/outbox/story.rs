//! A delivery as shown to an operator: its state, its attempts, and the next step.

use std::fmt;

use hikyaku_sender::{
    Attempt, CampaignId, DeliveryId, Hold, HoldReason, Lane, Listed, Overview, State, Time,
    WaitingFor, campaign::CampaignPhase,
};
use serde::Serialize;

use crate::output::visible;

/// A delivery and its requests, as JSON for scripts.
#[derive(Serialize)]
pub(super) struct Story {
    #[serde(flatten)]
    pub(super) delivery: Listed,
    pub(super) requests: Vec<Attempt>,
    /// The reason why its lane is blocked, and until when.
    #[serde(skip)]
    hold: Option<(HoldReason, Time)>,
    /// The operators' holds on its lane.
    #[serde(skip)]
    holds: Vec<Hold>,
    /// The paused campaign to which it belongs.
    #[serde(skip)]
    paused: Option<CampaignId>,
    /// The delivery with the same order key that it waits for, with its state.
    #[serde(skip)]
    ahead: Option<(DeliveryId, State)>,
    /// The store in which it goes on, if this one was moved.
    #[serde(skip)]
    moved_to: Option<String>,
    #[serde(skip)]
    now: Time,
}

impl Story {
    pub(super) fn new(
        delivery: Listed,
        requests: Vec<Attempt>,
        overview: &Overview,
        mut holds: Vec<Hold>,
        campaign: Option<CampaignPhase>,
        ahead: Option<(DeliveryId, State)>,
    ) -> Self {
        let lane = Lane::of(delivery.kind);
        let key = delivery.fairness_key.as_deref().unwrap_or_default();
        holds.retain(|hold| hold.stops(&delivery.channel, lane, Some(key)));
        let lane =
            overview.lanes.iter().find(|it| it.channel == delivery.channel && it.lane == lane);
        let hold = lane.and_then(|lane| lane.hold);
        let paused = delivery.campaign.filter(|_| campaign == Some(CampaignPhase::Paused));
        let moved_to = None;
        Self { delivery, requests, hold, holds, paused, ahead, moved_to, now: overview.now }
    }

    /// Sets the store to which this one was moved.
    pub(super) fn moved_to(mut self, url: Option<String>) -> Self {
        self.moved_to = url;
        self
    }

    /// Returns where it goes on, if it was open when its store was moved.
    fn elsewhere(&self) -> Option<&str> {
        self.moved_to.as_deref().filter(|_| !self.delivery.state.is_final())
    }

    fn is_over_budget(&self) -> bool {
        self.delivery.waiting_for == Some(WaitingFor::Budget) && self.paused.is_none()
    }

    /// Returns the delivery with the same order key that it waits for, if nothing else holds it back.
    fn stands_behind(&self) -> Option<(DeliveryId, State)> {
        self.ahead.filter(|_| self.paused.is_none() && self.holds.is_empty())
    }

    /// Returns its state as text.
    fn standing(&self) -> String {
        let Listed { due, .. } = self.delivery;
        if let Some(url) = self.elsewhere() {
            return format!("this store was moved, and it goes on in {}", visible(url));
        }
        if self.is_over_budget() {
            let key = self.delivery.fairness_key.as_deref().unwrap_or_default();
            return format!("the budget of its fairness key {} is used up", visible(key));
        }
        if let Some((id, state)) = self.stands_behind() {
            let key = self.delivery.order_key.as_deref().unwrap_or_default();
            return format!(
                "it waits for delivery {id} of its order key {}, which is {state}",
                visible(key)
            );
        }
        match self.delivery.state {
            State::Ready if self.paused.is_some() => "its campaign is paused".to_owned(),
            State::Ready if !self.holds.is_empty() => {
                let holds = self.holds.iter().map(|hold| {
                    let Hold { id, reason, who, .. } = hold;
                    let by = if who.is_empty() { "" } else { " of " };
                    format!("hold {id}{by}{} keeps it back: {}", visible(who), visible(reason))
                });
                holds.collect::<Vec<_>>().join("; ")
            }
            State::Ready => match self.hold {
                Some((reason, until)) => {
                    format!("it waits until {until}, because {}", told(reason))
                }
                None if due <= self.now => {
                    format!("it is due since {due}, and no worker has taken it")
                }
                None if self.requests.is_empty() => format!("it waits for its time, {due}"),
                None => format!("the last request failed; the next one is made at {due}"),
            },
            State::InFlight => {
                let worker = self.delivery.worker.as_deref().unwrap_or("a worker");
                format!("{} is sending it", visible(worker))
            }
            State::Tracking => {
                "LINE has accepted the narrowcast and is still sending it".to_owned()
            }
            State::Accepted => "LINE has accepted it".to_owned(),
            State::Rejected => "LINE refused it, and nobody got it".to_owned(),
            State::Unknown => "it may have arrived, and nobody can find out any more".to_owned(),
            State::Cancelled => "it was withdrawn before anything was sent".to_owned(),
            State::Split => {
                "LINE refused it for one of its recipients, so it was cut in two".to_owned()
            }
            State::Dropped => "it was given up".to_owned(),
            _ => String::new(),
        }
    }

    /// Returns the next step.
    fn next(&self) -> Option<String> {
        let Listed { id, ref channel, .. } = self.delivery;
        if let Some(url) = self.elsewhere() {
            return Some(format!(
                "run the worker with `--store {}`, and find it there by its name or recipient: ids are new",
                visible(url)
            ));
        }
        if let (State::Ready, Some(campaign)) = (self.delivery.state, self.paused) {
            return Some(format!("`hikyaku campaign resume {campaign}`, when it is to go on"));
        }
        if self.is_over_budget() {
            return Some(
                "wait for the next day or month, or `hikyaku budget set` a larger one; it is sent then".to_owned(),
            );
        }
        if let Some((first, _)) = self.stands_behind() {
            return Some(format!(
                "see `hikyaku outbox show {first}`; this one goes on when that one has ended, or a minute after its first attempt"
            ));
        }
        Some(match self.delivery.state {
            State::Ready if !self.holds.is_empty() => {
                let releases = self.holds.iter().map(|hold| {
                    let ends = hold.until.map(|until| format!(", or wait until {until}, when it ends"));
                    format!("`hikyaku release {}`{}", hold.id, ends.unwrap_or_default())
                });
                format!("{}; it goes on then", releases.collect::<Vec<_>>().join(", and "))
            }
            State::Ready => match self.hold {
                Some((HoldReason::Quota, _)) => "raise the channel's monthly limit, or wait for the next month; it is sent then".to_owned(),
                Some((HoldReason::Unauthorized, _)) => format!(
                    "give the worker of channel {} a token that LINE takes; it is sent then", visible(channel)
                ),
                Some((HoldReason::Rate, _)) => "nothing, it is tried again by itself; if it is often too fast, other programs use the channel, too: give the worker a lower --limit".to_owned(),
                Some((HoldReason::LineDown, _)) => "see that the machine of the worker reaches LINE; it is tried again by itself".to_owned(),
                None if self.delivery.due <= self.now => format!(
                    "see that `hikyaku worker run` is running and has channel {}", visible(channel)
                ),
                _ => return None,
            },
            State::InFlight => "nothing; should that program be gone, another one takes it over when its lease ends, within a minute".to_owned(),
            State::Accepted => "if nothing arrived, ask whether the person has blocked the account: LINE accepts such messages, too".to_owned(),
            State::Rejected => format!(
                "mend what LINE says and add it anew, or `hikyaku outbox retry {id}` once the reason is gone; `hikyaku outbox drop {id}` gives it up"
            ),
            State::Unknown => format!(
                "find out whether it arrived; `hikyaku outbox drop {id}` if it did, else `hikyaku outbox retry {id}` (with --may-duplicate where that is refused)"
            ),
            State::Split => "see its halves, with greater ids, in `hikyaku outbox list`".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.delivery;
        writeln!(f, "delivery {} is {}: {}", it.id, it.state, self.standing())?;
        if let Some(why) = it.last_error.as_deref().filter(|_| it.state != State::Accepted) {
            writeln!(f, "  reason      {}", visible(why))?;
        }
        if it.may_have_landed && it.state == State::Ready {
            writeln!(
                f,
                "  in doubt    an earlier request may have arrived; the next one has the same retry key, so LINE acts once"
            )?;
        }
        if let Some(next) = self.next() {
            writeln!(f, "  what to do  {next}")?;
        }
        let to = match it.to.as_slice() {
            [] => String::new(),
            [one] => format!(" to {}", visible(one)),
            [first, ..] => format!(" to {} users, the first {}", it.recipients, visible(first)),
        };
        writeln!(
            f,
            "  send        {}{to}, channel {}",
            Lane::of(it.kind).name(),
            visible(&it.channel)
        )?;
        writeln!(f, "  added       {}", it.created_at)?;
        if let Some(key) = &it.idempotency_key {
            writeln!(f, "  name        {}", visible(key))?;
        }
        if let Some(reference) = &it.reference {
            writeln!(f, "  reference   {}", visible(&reference.to_string()))?;
        }
        if let Some(id) = &it.request_id {
            writeln!(f, "  request id  {}", visible(id))?;
        }
        for message in &it.sent_messages {
            writeln!(f, "  message     {}", visible(&message.id))?;
        }
        write!(f, "  requests    {}", if self.requests.is_empty() { "none" } else { "" })?;
        let attempts = usize::try_from(it.attempts).unwrap_or(usize::MAX);
        for (n, request) in self.requests.iter().enumerate() {
            if n == 1 && attempts > self.requests.len() {
                write!(f, "\n    … {} more …", attempts - self.requests.len())?;
            }
            write_request(f, request)?;
        }
        Ok(())
    }
}

fn write_request(f: &mut fmt::Formatter<'_>, request: &Attempt) -> fmt::Result {
    write!(f, "\n    {}  ", request.began)?;
    match request.took {
        Some(took) => write!(f, "{} ms  ", took.as_millis())?,
        None => write!(f, "the worker did not come back  ")?,
    }
    if let Some(status) = request.status {
        write!(f, "{status} ")?;
    }
    write!(f, "{}", visible(&request.result))?;
    if let Some(worker) = &request.worker {
        write!(f, "  by {}", visible(worker))?;
    }
    if let Some(error) = &request.error {
        write!(f, "\n      {}", visible(error))?;
    }
    if let Some(body) = &request.body {
        write!(f, "\n      LINE's answer: {}", visible(body))?;
    }
    Ok(())
}

fn told(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Rate => "LINE says that the channel is too fast",
        HoldReason::Quota => "the month's messages are used up",
        HoldReason::Unauthorized => "LINE refuses the channel's token",
        HoldReason::LineDown => "LINE does not answer, or only with errors",
        other => other.name(),
    }
}
