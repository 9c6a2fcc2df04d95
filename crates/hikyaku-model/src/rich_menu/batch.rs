use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra, Unknown,
    limits::{Count, Problem, Segment},
    union::{extra, tagged, union},
};

/// The number of operations in one batch.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users>
pub const BATCH_OPERATIONS: Count = Count { min: 1, max: 1000 };

/// A batch of changes for all users with certain rich menus. Every operation applies to the state before the batch.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuBatch {
    /// The changes, 1 to 1,000 operations.
    pub operations: Vec<RichMenuBatchOperation>,
    /// A key, at most 100 of `[a-zA-Z0-9_-]`, with which a failed batch can be resumed within 14 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_request_key: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl RichMenuBatch {
    /// Creates a batch of these operations.
    pub fn new(operations: impl Into<Vec<RichMenuBatchOperation>>) -> Self {
        Self { operations: operations.into(), resume_request_key: None, extra: Extra::default() }
    }

    /// Makes the batch resumable under this key, or resumes the batch with this key.
    pub fn resume_request_key(mut self, key: impl Into<String>) -> Self {
        self.resume_request_key = Some(key.into());
        self
    }
}

impl Check for RichMenuBatch {
    fn check(&self, checker: &mut Checker) {
        let mut seen = HashSet::new();
        checker.at(Segment::Field("operations"), |checker| {
            checker.count(self.operations.len(), BATCH_OPERATIONS);
            for (index, operation) in self.operations.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| {
                    operation.check(self.operations.len() == 1, checker);
                    if operation.from().is_some_and(|from| !seen.insert(from)) {
                        let why = "must not be the `from` of another operation too";
                        checker.report_field("from", Problem::Rule(why));
                    }
                });
            }
        });
        if let Some(key) = &self.resume_request_key {
            let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            if !(1..=100).contains(&key.len()) || !key.bytes().all(word) {
                checker.report_field("resumeRequestKey", Problem::Pattern("[a-zA-Z0-9_-]{1,100}"));
            }
        }
    }
}

/// One change of a [`RichMenuBatch`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RichMenuBatchOperation {
    /// Replaces one menu with another for all its users.
    Link(RichMenuBatchLink),
    /// Unlinks one menu from all its users.
    Unlink(RichMenuBatchUnlink),
    /// Unlinks the rich menu of every user; it must be the only operation in its batch.
    UnlinkAll(RichMenuBatchUnlinkAll),
    /// A kind that this version does not know, or a known kind whose JSON does not fit.
    Unknown(Unknown),
}

union!(RichMenuBatchOperation {
    Link(RichMenuBatchLink),
    Unlink(RichMenuBatchUnlink),
    UnlinkAll(RichMenuBatchUnlinkAll),
});

impl RichMenuBatchOperation {
    /// Replaces one menu with another for all its users.
    pub fn link(from: impl Into<String>, to: impl Into<String>) -> Self {
        RichMenuBatchLink { from: from.into(), to: to.into(), extra: Extra::default() }.into()
    }

    /// Unlinks one menu from all its users.
    pub fn unlink(from: impl Into<String>) -> Self {
        RichMenuBatchUnlink { from: from.into(), extra: Extra::default() }.into()
    }

    /// Unlinks the rich menu of every user.
    pub fn unlink_all() -> Self {
        RichMenuBatchUnlinkAll::default().into()
    }

    fn from(&self) -> Option<&str> {
        match self {
            Self::Link(link) => Some(&link.from),
            Self::Unlink(unlink) => Some(&unlink.from),
            Self::UnlinkAll(_) | Self::Unknown(_) => None,
        }
    }

    fn check(&self, alone: bool, checker: &mut Checker) {
        match self {
            Self::Link(link) => {
                checker.required("from", &link.from);
                checker.required("to", &link.to);
            }
            Self::Unlink(unlink) => checker.required("from", &unlink.from),
            Self::UnlinkAll(_) if alone => {}
            Self::UnlinkAll(_) => {
                checker.report(Problem::Rule("unlinkAll must be the only operation of its batch"));
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

/// Replaces one menu with another for all its users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "link")]
#[non_exhaustive]
pub struct RichMenuBatchLink {
    /// The current menu.
    pub from: String,
    /// The new menu.
    pub to: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, RichMenuBatchLink>")]
    pub extra: Extra,
}

/// Unlinks one menu from all its users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "unlink")]
#[non_exhaustive]
pub struct RichMenuBatchUnlink {
    /// The menu.
    pub from: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, RichMenuBatchUnlink>")]
    pub extra: Extra,
}

/// Unlinks the rich menu of every user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "unlinkAll")]
#[non_exhaustive]
pub struct RichMenuBatchUnlinkAll {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, RichMenuBatchUnlinkAll>")]
    pub extra: Extra,
}

tagged!(
    RichMenuBatchLink = "link",
    RichMenuBatchUnlink = "unlink",
    RichMenuBatchUnlinkAll = "unlinkAll",
);
