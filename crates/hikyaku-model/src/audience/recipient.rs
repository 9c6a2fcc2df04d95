use serde::{Deserialize, Serialize};

use super::operator::{check_operands, operands};
use crate::{
    Check, Checker, Extra, Unknown,
    limits::{Count, Problem},
    union::{extra, tagged, union},
};

/// The number of audiences and redeliveries in one recipient object, at any depth.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
pub const RECIPIENTS: Count = Count { min: 1, max: 10 };

/// The recipients of a narrowcast, chosen by audience and by earlier narrowcasts.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Recipient {
    /// The users in an audience.
    Audience(AudienceRecipient),
    /// The users whom an earlier narrowcast reached.
    Redelivery(RedeliveryRecipient),
    /// A combination of recipients.
    Operator(OperatorRecipient),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// The users in an audience.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "audience", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AudienceRecipient {
    /// The audience group id. The audience must be ready.
    pub audience_group_id: u64,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AudienceRecipient>")]
    pub extra: Extra,
}

/// The users whom an earlier narrowcast reached.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "redelivery", rename_all = "camelCase")]
#[non_exhaustive]
pub struct RedeliveryRecipient {
    /// The narrowcast's request id. The narrowcast must have succeeded, less than 14 days ago.
    pub request_id: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, RedeliveryRecipient>")]
    pub extra: Extra,
}

/// A combination of recipients: exactly one of `and`, `or`, `not`.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "operator", rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperatorRecipient {
    /// Users in all of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub and: Option<Vec<Recipient>>,
    /// Users in at least one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or: Option<Vec<Recipient>>,
    /// Users who are not in this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Recipient>>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, OperatorRecipient>")]
    pub extra: Extra,
}

tagged!(
    AudienceRecipient = "audience",
    RedeliveryRecipient = "redelivery",
    OperatorRecipient = "operator",
);
union!(Recipient {
    Audience(AudienceRecipient),
    Redelivery(RedeliveryRecipient),
    Operator(OperatorRecipient),
});

impl Recipient {
    /// Creates a recipient for the users in an audience.
    pub fn audience(audience_group_id: u64) -> Self {
        AudienceRecipient { audience_group_id, extra: Extra::default() }.into()
    }

    /// Creates a recipient for the users whom an earlier narrowcast reached, by its request id.
    pub fn redelivery(request_id: impl Into<String>) -> Self {
        RedeliveryRecipient { request_id: request_id.into(), extra: Extra::default() }.into()
    }

    /// Creates a recipient for users in all of these.
    pub fn and(recipients: impl IntoIterator<Item = Self>) -> Self {
        let and = Some(recipients.into_iter().collect());
        OperatorRecipient { and, ..OperatorRecipient::default() }.into()
    }

    /// Creates a recipient for users in at least one of these.
    pub fn or(recipients: impl IntoIterator<Item = Self>) -> Self {
        let or = Some(recipients.into_iter().collect());
        OperatorRecipient { or, ..OperatorRecipient::default() }.into()
    }

    /// Creates a recipient for users who are not in this one.
    pub fn not(recipient: impl Into<Self>) -> Self {
        let not = Some(Box::new(recipient.into()));
        OperatorRecipient { not, ..OperatorRecipient::default() }.into()
    }

    fn count(&self) -> usize {
        match self {
            Self::Audience(_) | Self::Redelivery(_) => 1,
            Self::Operator(OperatorRecipient { and, or, not, .. }) => {
                operands(and.as_ref(), or.as_ref(), not.as_deref()).map(Self::count).sum()
            }
            Self::Unknown(_) => 0,
        }
    }

    fn check_node(&self, checker: &mut Checker) {
        match self {
            Self::Audience(audience) => {
                checker.no_extra(&audience.extra, &["type", "audienceGroupId"]);
            }
            Self::Redelivery(redelivery) => {
                checker.required("requestId", &redelivery.request_id);
                checker.no_extra(&redelivery.extra, &["type", "requestId"]);
            }
            Self::Operator(OperatorRecipient { and, or, not, extra }) => {
                check_operands(
                    and.as_deref(),
                    or.as_deref(),
                    not.as_deref(),
                    checker,
                    Self::check_node,
                );
                checker.no_extra(extra, &["type", "and", "or", "not"]);
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

impl Check for Recipient {
    fn check(&self, checker: &mut Checker) {
        if self.count() > RECIPIENTS.max {
            let what = "must not have more than 10 audiences and redeliveries";
            checker.report(Problem::Rule(what));
        }
        checker.narrowing(|checker| self.check_node(checker));
    }
}
