use crate::{Error, Hold, HoldId, Lane, Time, new_delivery::check_name};
use hikyaku_model::{Checker, limits::Problem};

/// The builder of a hold, for [`Outbox::hold`](crate::Outbox::hold).
///
/// Without a channel and a lane, the hold stops everything.
///
/// ```
/// use hikyaku_sender::{Lane, NewHold};
///
/// let hold = NewHold::new("the price is wrong").channel("shop").lane(Lane::Multicast).by("ann");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a hold does nothing until it is placed"]
pub struct NewHold {
    channel: Option<String>,
    lane: Option<Lane>,
    fairness_key: Option<String>,
    reason: String,
    who: String,
    until: Option<Time>,
}

impl NewHold {
    /// Stops everything, for this reason: 1 to 200 bytes, shown to anyone who sees the hold.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            channel: None,
            lane: None,
            fairness_key: None,
            reason: reason.into(),
            who: String::new(),
            until: None,
        }
    }

    /// Restricts the hold to the sends of this channel.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }

    /// Restricts the hold to this lane; without a [`channel`](Self::channel), in every channel.
    ///
    /// Polling a narrowcast's progress sends nothing, so only a hold on
    /// [`Lane::NarrowcastProgress`] itself stops it.
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Restricts the hold to this [fairness key](crate::NewDelivery::fairness_key): a tenant, a user of an API, or
    /// `campaign:17` for campaign 17.
    pub fn fairness_key(mut self, key: impl Into<String>) -> Self {
        self.fairness_key = Some(key.into());
        self
    }

    /// Sets the name of the person who places the hold: up to 200 bytes, shown to anyone who sees it.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.who = who.into();
        self
    }

    /// Sets when the hold ends; by default it lasts until it is released.
    pub fn until(mut self, time: impl Into<Time>) -> Self {
        self.until = Some(time.into());
        self
    }

    /// Checks it.
    pub(crate) fn placed(self, now: Time) -> Result<Hold, Error> {
        let Self { channel, lane, fairness_key, reason, who, until } = self;
        let mut checker = Checker::default();
        if let Some(channel) = &channel {
            check_name("channel", channel, &mut checker);
        }
        if let Some(key) = &fairness_key {
            check_name("fairness_key", key, &mut checker);
        }
        check_name("reason", &reason, &mut checker);
        if !who.is_empty() {
            check_name("who", &who, &mut checker);
        }
        if until.is_some_and(|until| until <= now || !until.has_date()) {
            let rule = "must be later than now, and before the year 10000";
            checker.report_field("until", Problem::Rule(rule));
        }
        checker.finish().map_err(Error::invalid)?;
        Ok(Hold { id: HoldId(0), channel, lane, fairness_key, reason, who, at: now, until })
    }
}
