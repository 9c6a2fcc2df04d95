use serde::Serialize;

use crate::shared_str::SharedStr;

use super::{
    BeaconContent, ChatControl, FollowDetail, LinkContent, Members, MembershipContent,
    MessageContent, ModuleContent, PnpDelivery, PostbackContent, UnsendDetail, VideoPlayComplete,
};

/// The kind of event, with its payload.
///
/// Large payloads are boxed, which keeps every event small.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind<S = SharedStr> {
    /// A user sent a message.
    Message(Box<MessageContent<S>>),
    /// A user edited a message in a group. The id is that of the original; the largest timestamp is the latest version.
    MessageEdited(Box<MessageContent<S>>),
    /// A user unsent a message.
    Unsend(UnsendDetail<S>),
    /// A user added the account as a friend or unblocked it. Old webhooks have no detail.
    Follow(Option<FollowDetail>),
    /// A user blocked the account.
    Unfollow,
    /// The account joined a group or multi-person chat.
    Join,
    /// The account left a group, or was removed from it.
    Leave,
    /// Users joined a group or multi-person chat that the account is in.
    MemberJoined(Members),
    /// Users left a group or multi-person chat that the account is in.
    MemberLeft(Members),
    /// A user performed a postback action.
    Postback(Box<PostbackContent<S>>),
    /// A user watched a video to the end.
    VideoPlayComplete(VideoPlayComplete<S>),
    /// A user came within range of a beacon.
    Beacon(Box<BeaconContent<S>>),
    /// A user linked a LINE account with an account of the bot's service, or failed to.
    AccountLink(Box<LinkContent<S>>),
    /// A user joined, left or renewed a membership.
    Membership(MembershipContent),
    /// A module channel was attached or detached.
    Module(Box<ModuleContent<S>>),
    /// The module channel may now act for the account.
    Activated(ChatControl),
    /// The module channel may no longer act for the account.
    Deactivated,
    /// The account was suspended. For module channels.
    BotSuspended,
    /// The account is no longer suspended. For module channels.
    BotResumed,
    /// A notification message was delivered.
    Delivery(PnpDelivery<S>),
    /// A type that this version does not know, or a known type whose JSON does not fit.
    Unknown(Unknown<S>),
}

/// An event of an unknown type, or one whose JSON does not fit its type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unknown<S = SharedStr> {
    /// The event's `type`; empty if it has none.
    pub r#type: S,
    /// The reason why the JSON does not fit its known type. `None` for a type that this version does not know:
    /// its fields are in [`Event::extra`](super::Event::extra).
    pub misfit: Option<Box<Misfit<S>>>,
}

/// JSON of a known type that does not fit that type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Misfit<S = SharedStr> {
    /// The mismatch, with its position in `json`.
    pub reason: String,
    /// The event's unchanged JSON.
    pub json: S,
}

/// The types of event, without their payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the variants are those of `EventKind`")]
pub enum EventType {
    Message,
    MessageEdited,
    Unsend,
    Follow,
    Unfollow,
    Join,
    Leave,
    MemberJoined,
    MemberLeft,
    Postback,
    VideoPlayComplete,
    Beacon,
    AccountLink,
    Membership,
    Module,
    Activated,
    Deactivated,
    BotSuspended,
    BotResumed,
    Delivery,
    Unknown,
}

impl<S> EventKind<S> {
    /// Returns the type of event.
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Message(_) => EventType::Message,
            Self::MessageEdited(_) => EventType::MessageEdited,
            Self::Unsend(_) => EventType::Unsend,
            Self::Follow(_) => EventType::Follow,
            Self::Unfollow => EventType::Unfollow,
            Self::Join => EventType::Join,
            Self::Leave => EventType::Leave,
            Self::MemberJoined(_) => EventType::MemberJoined,
            Self::MemberLeft(_) => EventType::MemberLeft,
            Self::Postback(_) => EventType::Postback,
            Self::VideoPlayComplete(_) => EventType::VideoPlayComplete,
            Self::Beacon(_) => EventType::Beacon,
            Self::AccountLink(_) => EventType::AccountLink,
            Self::Membership(_) => EventType::Membership,
            Self::Module(_) => EventType::Module,
            Self::Activated(_) => EventType::Activated,
            Self::Deactivated => EventType::Deactivated,
            Self::BotSuspended => EventType::BotSuspended,
            Self::BotResumed => EventType::BotResumed,
            Self::Delivery(_) => EventType::Delivery,
            Self::Unknown(_) => EventType::Unknown,
        }
    }
}

impl<S: AsRef<str>> EventKind<S> {
    /// Returns LINE's name of the type.
    pub fn type_word(&self) -> &str {
        match self {
            Self::Unknown(unknown) => unknown.r#type.as_ref(),
            known => known.event_type().as_str(),
        }
    }
}

impl EventType {
    /// All types but [`Unknown`](Self::Unknown).
    pub(super) const ALL: [Self; 20] = [
        Self::Message,
        Self::MessageEdited,
        Self::Unsend,
        Self::Follow,
        Self::Unfollow,
        Self::Join,
        Self::Leave,
        Self::MemberJoined,
        Self::MemberLeft,
        Self::Postback,
        Self::VideoPlayComplete,
        Self::Beacon,
        Self::AccountLink,
        Self::Membership,
        Self::Module,
        Self::Activated,
        Self::Deactivated,
        Self::BotSuspended,
        Self::BotResumed,
        Self::Delivery,
    ];

    /// Returns the type that LINE calls this.
    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.as_str() == word).unwrap_or(Self::Unknown)
    }

    /// Returns LINE's name of the type; `unknown` for [`Unknown`](Self::Unknown).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::MessageEdited => "messageEdited",
            Self::Unsend => "unsend",
            Self::Follow => "follow",
            Self::Unfollow => "unfollow",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::MemberJoined => "memberJoined",
            Self::MemberLeft => "memberLeft",
            Self::Postback => "postback",
            Self::VideoPlayComplete => "videoPlayComplete",
            Self::Beacon => "beacon",
            Self::AccountLink => "accountLink",
            Self::Membership => "membership",
            Self::Module => "module",
            Self::Activated => "activated",
            Self::Deactivated => "deactivated",
            Self::BotSuspended => "botSuspended",
            Self::BotResumed => "botResumed",
            Self::Delivery => "delivery",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the name of the field that holds the payload of an event of this type.
    pub(super) fn payload_key(self) -> Option<&'static str> {
        match self {
            Self::Message | Self::MessageEdited => Some("message"),
            Self::Unsend => Some("unsend"),
            Self::Follow => Some("follow"),
            Self::MemberJoined => Some("joined"),
            Self::MemberLeft => Some("left"),
            Self::Postback => Some("postback"),
            Self::VideoPlayComplete => Some("videoPlayComplete"),
            Self::Beacon => Some("beacon"),
            Self::AccountLink => Some("link"),
            Self::Membership => Some("membership"),
            Self::Module => Some("module"),
            Self::Activated => Some("chatControl"),
            Self::Delivery => Some("delivery"),
            _ => None,
        }
    }
}

/// The payload of an event, without the event.
pub(super) struct Payload<'a, S>(pub(super) &'a EventKind<S>);

impl<S> Payload<'_, S> {
    /// Returns the name of the field that holds it, if the event has one.
    pub(super) fn key(&self) -> Option<&'static str> {
        match self.0 {
            EventKind::Follow(None) => None,
            kind => kind.event_type().payload_key(),
        }
    }
}

impl<S: Serialize> Serialize for Payload<'_, S> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        match self.0 {
            EventKind::Message(message) | EventKind::MessageEdited(message) => {
                message.serialize(serializer)
            }
            EventKind::Unsend(unsend) => unsend.serialize(serializer),
            EventKind::Follow(follow) => follow.serialize(serializer),
            EventKind::MemberJoined(members) | EventKind::MemberLeft(members) => {
                members.serialize(serializer)
            }
            EventKind::Postback(postback) => postback.serialize(serializer),
            EventKind::VideoPlayComplete(video) => video.serialize(serializer),
            EventKind::Beacon(beacon) => beacon.serialize(serializer),
            EventKind::AccountLink(link) => link.serialize(serializer),
            EventKind::Membership(membership) => membership.serialize(serializer),
            EventKind::Module(module) => module.serialize(serializer),
            EventKind::Activated(control) => control.serialize(serializer),
            EventKind::Delivery(delivery) => delivery.serialize(serializer),
            _ => serializer.serialize_none(),
        }
    }
}
