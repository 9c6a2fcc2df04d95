use std::collections::HashSet;

use hikyaku_model::limits::rates;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FEWEST, bad_request, count, unique};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::insight::{Tally, Uses},
};

/// What people did with a narrowcast or broadcast.
///
/// LINE does not say what it answers to the id of another request. Our choice: that nothing is known of it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-message-event>
pub(crate) const EVENT: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/insight/message/event", read).rate(rates::INSIGHT);

fn read(request: &Request) -> Result<Action, Answer> {
    let id = request.parameter("requestId").ok_or_else(bad_request)?;
    let uuid: Uuid = id.parse().map_err(|_| bad_request())?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let found = scene.channel().reactions.get(uuid, now);
        let mut sum = Sum(Uses::default());
        if let Some((_, reaction)) = found {
            sum.0.merge(&reaction.uses);
        }
        let mut overview = sum.overview();
        overview["requestId"] = id.into();
        overview["timestamp"] = json!(found.map(|(sent, _)| sent.as_second()));
        let delivered = found.filter(|(_, reaction)| reaction.is_sent);
        overview["delivered"] = json!(delivered.map(|(_, reaction)| reaction.delivered));
        let mut messages = sum.messages();
        for message in messages.as_array_mut().into_iter().flatten() {
            if let Some(message) = message.as_object_mut() {
                message.remove("uniqueImpression");
            }
        }
        Answer::ok(&json!({ "overview": overview, "messages": messages, "clicks": sum.clicks() }))
    }))
}

/// What people did with messages of one or more requests, as it is told.
pub(super) struct Sum(pub(super) Uses);

impl Sum {
    /// To how many people any of it happened, if it may be told.
    pub(super) fn overview(&self) -> Value {
        let first = self.0.played.iter().filter_map(|quarters| quarters.first());
        let last = self.0.played.iter().filter_map(|quarters| quarters.last());
        json!({
            "uniqueImpression": people(self.0.seen.iter()),
            "uniqueClick": people(self.0.opened.values()),
            "uniqueMediaPlayed": people(first),
            "uniqueMediaPlayed100Percent": people(last),
        })
    }

    /// Each message; none where nothing may be told.
    pub(super) fn messages(&self) -> Value {
        if people(self.0.seen.iter()).is_null() {
            return json!([]);
        }
        let messages = self.0.seen.iter().zip(&self.0.played).enumerate();
        let describe = |(index, (seen, played)): (usize, (&Tally, &[Tally; 5]))| {
            let [started, quarter, half, most, whole] = played;
            json!({
                "seq": index + 1,
                "impression": count(seen),
                "uniqueImpression": unique(seen),
                "mediaPlayed": count(started),
                "mediaPlayed25Percent": count(quarter),
                "mediaPlayed50Percent": count(half),
                "mediaPlayed75Percent": count(most),
                "mediaPlayed100Percent": count(whole),
                "uniqueMediaPlayed": unique(started),
                "uniqueMediaPlayed25Percent": unique(quarter),
                "uniqueMediaPlayed50Percent": unique(half),
                "uniqueMediaPlayed75Percent": unique(most),
                "uniqueMediaPlayed100Percent": unique(whole),
            })
        };
        messages.map(describe).collect()
    }

    /// Each link that was opened; none where nothing may be told.
    pub(super) fn clicks(&self) -> Value {
        if people(self.0.opened.values()).is_null() {
            return json!([]);
        }
        let describe = |((seq, url), tally): (&(usize, String), &Tally)| {
            let same = self.0.opened.iter().filter(|((_, other), _)| other == url);
            json!({
                "seq": seq,
                "url": url,
                "click": count(tally),
                "uniqueClick": unique(tally),
                "uniqueClickOfRequest": people(same.map(|(_, tally)| tally)),
            })
        };
        self.0.opened.iter().map(describe).collect()
    }
}

fn people<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Value {
    let all: HashSet<_> = tallies.flat_map(|tally| &tally.users).collect();
    if all.len() < FEWEST { Value::Null } else { all.len().into() }
}
