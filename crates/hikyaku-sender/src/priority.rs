use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::UnknownName;

/// The priority of a delivery among those of its channel and kind. A more urgent priority compares as greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Priority {
    /// Before all others: one-time passwords, alarms.
    High,
    /// In the order of arrival.
    #[default]
    Normal,
    /// After all others: campaigns.
    Low,
}

impl Priority {
    pub(crate) const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// Returns the name that a line of a batch and the store use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.code() == code)
    }
}

impl Ord for Priority {
    fn cmp(&self, other: &Self) -> Ordering {
        other.code().cmp(&self.code())
    }
}

impl PartialOrd for Priority {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::str::FromStr for Priority {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|priority| priority.name() == name).ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_urgent_is_the_greater() {
        assert!(Priority::High > Priority::Normal && Priority::Normal > Priority::Low);
        assert_eq!(Priority::ALL.into_iter().max(), Some(Priority::High));
        for it in Priority::ALL {
            assert_eq!(serde_json::to_value(it).unwrap(), it.name());
        }
    }
}
