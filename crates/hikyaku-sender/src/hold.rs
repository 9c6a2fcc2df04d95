use serde::{Serialize, Serializer};

use crate::{HoldId, Lane, Time};

/// A hold that a person has placed. What it stops stays in the outbox, and more can be enqueued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hold {
    /// Its id in this store.
    pub id: HoldId,
    /// The channel that it stops; `None` for all.
    pub channel: Option<String>,
    /// The lane that it stops; `None` for all.
    #[serde(serialize_with = "lane_name")]
    pub lane: Option<Lane>,
    /// Why.
    pub reason: String,
    /// Who placed it; empty where nobody has said.
    pub who: String,
    /// When it was placed.
    pub at: Time,
    /// When it ends by itself; `None` for only when it is released.
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

    /// Whether it stops this lane.
    pub fn stops(&self, channel: &str, lane: Lane) -> bool {
        self.channel.as_deref().is_none_or(|of| of == channel)
            && self.lane.map_or(lane != Lane::NarrowcastProgress, |of| of == lane)
    }

    /// The one of these that stops a lane for the longest.
    pub(crate) fn longest<'a>(holds: &'a [Self], channel: &str, lane: Lane) -> Option<&'a Self> {
        let stops = holds.iter().filter(|hold| hold.stops(channel, lane));
        stops.max_by_key(|hold| (hold.until.is_none(), hold.until))
    }
}
