use serde::{Serialize, Serializer};

use crate::{HoldId, Lane, Time};

/// A hold placed by an operator. Deliveries that it stops stay in the outbox, and more can be enqueued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hold {
    /// The hold's id in this store.
    pub id: HoldId,
    /// The channel that it stops; `None` for all.
    pub channel: Option<String>,
    /// The lane that it stops; `None` for all.
    #[serde(serialize_with = "lane_name")]
    pub lane: Option<Lane>,
    /// The fairness key that it stops; `None` for all.
    pub fairness_key: Option<String>,
    /// The reason.
    pub reason: String,
    /// The person who placed it; empty if nobody was named.
    pub who: String,
    /// The time at which it was placed.
    pub at: Time,
    /// The time at which it ends; `None` if it lasts until it is released.
    pub until: Option<Time>,
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn lane_name<S: Serializer>(lane: &Option<Lane>, serializer: S) -> Result<S::Ok, S::Error> {
    lane.map(Lane::name).serialize(serializer)
}

impl Hold {
    /// Whether its end has come.
    pub(crate) fn is_over(&self, now: Time) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Returns whether it stops a fairness key in a lane; without a key, whether it stops the whole lane.
    pub fn stops(&self, channel: &str, lane: Lane, fairness_key: Option<&str>) -> bool {
        self.may_stop(channel, lane)
            && self.fairness_key.as_deref().is_none_or(|key| fairness_key == Some(key))
    }

    /// Whether it stops this lane, or a key in it.
    fn may_stop(&self, channel: &str, lane: Lane) -> bool {
        self.channel.as_deref().is_none_or(|of| of == channel)
            && self.lane.map_or(lane != Lane::NarrowcastProgress, |of| of == lane)
    }

    /// The one of these that stops a lane, or this key in it, for the longest.
    pub(crate) fn longest<'a>(
        holds: &'a [Self],
        channel: &str,
        lane: Lane,
        fairness_key: Option<&str>,
    ) -> Option<&'a Self> {
        longest(holds.iter().filter(|hold| hold.stops(channel, lane, fairness_key)))
    }

    /// The keys of a lane that these stop, and the one of them that does so for the longest.
    pub(crate) fn on_keys<'a>(
        holds: &'a [Self],
        channel: &str,
        lane: Lane,
    ) -> (Vec<String>, Option<&'a Self>) {
        let on_keys = holds.iter().filter(|it| it.may_stop(channel, lane));
        let keys = on_keys.clone().filter_map(|it| it.fairness_key.clone()).collect();
        (keys, longest(on_keys.filter(|it| it.fairness_key.is_some())))
    }
}

fn longest<'a>(holds: impl Iterator<Item = &'a Hold>) -> Option<&'a Hold> {
    holds.max_by_key(|hold| (hold.until.is_none(), hold.until))
}
