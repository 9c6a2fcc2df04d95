use std::sync::Arc;

use serde::{
    Serialize,
    de::{Error as _, MapAccess},
};

use super::{
    Str,
    object::{self, FromFields, readable},
};
use crate::{ChatId, Extra, GroupId, RoomId, UserId};

/// The source of an event: a user, or a group or multi-person chat with the user in it, if LINE reports the user.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#source-user>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// The kind of chat.
    #[serde(flatten)]
    pub kind: SourceKind,
    /// The user. In a group or multi-person chat it is set only for users who have consented to share their id.
    #[serde(rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The kinds of chat.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum SourceKind {
    /// A chat with one user.
    User,
    /// A group chat.
    Group {
        /// The group.
        group_id: GroupId,
    },
    /// A multi-person chat.
    Room {
        /// The multi-person chat.
        room_id: RoomId,
    },
    /// A kind that this version does not know.
    #[serde(untagged)]
    Unknown {
        /// LINE's name of the kind.
        r#type: String,
    },
}

impl Source {
    /// Creates a one-on-one chat with this user.
    pub fn user(user_id: impl Into<UserId>) -> Self {
        Self { kind: SourceKind::User, user_id: Some(user_id.into()), extra: Extra::default() }
    }

    /// Creates a group chat, with the user in it if known.
    pub fn group(group_id: impl Into<GroupId>, user_id: Option<UserId>) -> Self {
        let kind = SourceKind::Group { group_id: group_id.into() };
        Self { kind, user_id, extra: Extra::default() }
    }

    /// Creates a multi-person chat, with the user in it if known.
    pub fn room(room_id: impl Into<RoomId>, user_id: Option<UserId>) -> Self {
        let kind = SourceKind::Room { room_id: room_id.into() };
        Self { kind, user_id, extra: Extra::default() }
    }

    /// Returns the chat that a push reaches: the group or multi-person chat, otherwise the user.
    pub fn chat_id(&self) -> Option<ChatId> {
        match &self.kind {
            SourceKind::Group { group_id } => Some(group_id.clone().into()),
            SourceKind::Room { room_id } => Some(room_id.clone().into()),
            SourceKind::User | SourceKind::Unknown { .. } => self.user_id.clone().map(ChatId::from),
        }
    }
}

readable!(Source);

impl<'de> FromFields<'de> for Source {
    const EXPECTED: &'static str = "a source, which is an object";

    fn from_fields<A: MapAccess<'de>>(
        fields: A,
        body: Option<&Arc<str>>,
    ) -> Result<Self, A::Error> {
        let mut r#type: Option<Str<'de>> = None;
        let mut user_id: Option<UserId> = None;
        let mut group_id: Option<GroupId> = None;
        let mut room_id: Option<RoomId> = None;
        let mut extra = object::each(fields, |name, fields| match name {
            "type" => object::once(&mut r#type, "type", fields, body),
            "userId" => object::once(&mut user_id, "userId", fields, body),
            "groupId" => object::once(&mut group_id, "groupId", fields, body),
            "roomId" => object::once(&mut room_id, "roomId", fields, body),
            _ => Ok(false),
        })?;
        let missing = A::Error::missing_field;
        let r#type = r#type.ok_or_else(|| missing("type"))?;
        let kind = match r#type.as_str() {
            "user" => SourceKind::User,
            "group" => {
                SourceKind::Group { group_id: group_id.take().ok_or_else(|| missing("groupId"))? }
            }
            "room" => {
                SourceKind::Room { room_id: room_id.take().ok_or_else(|| missing("roomId"))? }
            }
            _ => SourceKind::Unknown { r#type: r#type.into() },
        };
        // LINE may add a field of one kind to another.
        if let Some(id) = group_id {
            extra.insert("groupId", id.as_str());
        }
        if let Some(id) = room_id {
            extra.insert("roomId", id.as_str());
        }
        Ok(Self { kind, user_id, extra })
    }
}
