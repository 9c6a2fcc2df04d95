use serde::Serialize;

use super::{Filter, Limit, Recipient};
use crate::{Check, Checker, setters::setters};

/// The targeting of a narrowcast, as fields of its body. Empty targeting reaches all friends.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Targeting {
    /// Audiences, earlier narrowcasts, and combinations of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// A filter by attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// The limit on the number of recipients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

impl Targeting {
    /// Creates a targeting that reaches all friends.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether the narrowcast reaches all friends.
    pub fn is_empty(&self) -> bool {
        self.recipient.is_none() && self.filter.is_none() && self.limit.is_none()
    }
}

setters!(Targeting {
    into { recipient: Recipient, filter: Filter, limit: Limit }
});

impl Check for Targeting {
    fn check(&self, checker: &mut Checker) {
        checker.optional("recipient", self.recipient.as_ref());
        checker.optional("filter", self.filter.as_ref());
        checker.optional("limit", self.limit.as_ref());
    }
}
