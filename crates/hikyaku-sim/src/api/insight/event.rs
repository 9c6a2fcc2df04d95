use std::collections::{BTreeMap, HashSet};

use hikyaku_model::{SendKind, limits::rates};
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FEWEST, bad_request, count, unique};
use crate::{
    api::{Action, Answer, Endpoint, Request},
    state::insight::{Reaction, Tally},
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
        let found = found.filter(|(_, reaction)| {
            matches!(reaction.kind, SendKind::Narrowcast | SendKind::Broadcast)
        });
        let mut sum = Sum::default();
        if let Some((_, reaction)) = found {
            sum.add(reaction);
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

/// What people did with messages of one or more requests.
#[derive(Default)]
pub(super) struct Sum {
    seen: Vec<Tally>,
    played: Vec<[Tally; 5]>,
    opened: BTreeMap<(usize, String), Tally>,
}

impl Sum {
    pub(super) fn add(&mut self, reaction: &Reaction) {
        let messages = self.seen.len().max(reaction.seen.len());
        self.seen.resize(messages, Tally::default());
        self.played.resize_with(messages, Default::default);
        for (sum, tally) in self.seen.iter_mut().zip(&reaction.seen) {
            sum.merge(tally);
        }
        for (sum, tallies) in self.played.iter_mut().zip(&reaction.played) {
            for (sum, tally) in sum.iter_mut().zip(tallies) {
                sum.merge(tally);
            }
        }
        for (link, tally) in &reaction.opened {
            self.opened.entry(link.clone()).or_default().merge(tally);
        }
    }

    /// To how many people any of it happened, if it may be told.
    pub(super) fn overview(&self) -> Value {
        let first = self.played.iter().filter_map(|quarters| quarters.first());
        let last = self.played.iter().filter_map(|quarters| quarters.last());
        json!({
            "uniqueImpression": people(self.seen.iter()),
            "uniqueClick": people(self.opened.values()),
            "uniqueMediaPlayed": people(first),
            "uniqueMediaPlayed100Percent": people(last),
        })
    }

    /// Each message; none where nothing may be told.
    pub(super) fn messages(&self) -> Value {
        if people(self.seen.iter()).is_null() {
            return json!([]);
        }
        let messages = self.seen.iter().zip(&self.played).enumerate();
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
        if people(self.opened.values()).is_null() {
            return json!([]);
        }
        let describe = |((seq, url), tally): (&(usize, String), &Tally)| {
            let same = self.opened.iter().filter(|((_, other), _)| other == url);
            json!({
                "seq": seq,
                "url": url,
                "click": count(tally),
                "uniqueClick": unique(tally),
                "uniqueClickOfRequest": people(same.map(|(_, tally)| tally)),
            })
        };
        self.opened.iter().map(describe).collect()
    }
}

fn people<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Value {
    let all: HashSet<_> = tallies.flat_map(|tally| &tally.users).collect();
    if all.len() < FEWEST { Value::Null } else { all.len().into() }
}
