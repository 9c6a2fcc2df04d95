//! Fairness keys: sends of one lane and priority with different keys take turns.

use crate::Priority;

/// What the keys of campaigns begin with, and no other.
const CAMPAIGN: &str = "campaign:";

/// The key that all sends of a campaign have.
pub(crate) fn of_campaign(id: i64) -> String {
    format!("{CAMPAIGN}{id}")
}

/// Whether only a campaign may have it.
pub(crate) fn is_of_a_campaign(key: &str) -> bool {
    key.starts_with(CAMPAIGN)
}

/// The keys of a lane that were served last, one for each priority. The next turn is that of the one after it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Served {
    pub(crate) high: String,
    pub(crate) normal: String,
    pub(crate) low: String,
}

impl Served {
    pub(crate) fn by(&self, priority: Priority) -> &str {
        match priority {
            Priority::High => &self.high,
            Priority::Normal => &self.normal,
            Priority::Low => &self.low,
        }
    }

    pub(crate) fn set(&mut self, priority: Priority, key: &str) {
        let served = match priority {
            Priority::High => &mut self.high,
            Priority::Normal => &mut self.normal,
            Priority::Low => &mut self.low,
        };
        key.clone_into(served);
    }
}
