use std::fmt;

use hikyaku_model::SendKind;

/// A class of requests that LINE limits together: one endpoint of one channel.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rate-limits>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lane {
    /// Sends to one user, group or room.
    Push,
    /// Sends to 1-500 users.
    Multicast,
    /// Sends to all friends.
    Broadcast,
    /// Sends to friends chosen by audiences and filters.
    Narrowcast,
    /// Replies to an event, by its reply token.
    Reply,
    /// Sends to the hash of a phone number.
    Phone,
    /// Requests for a narrowcast's progress.
    NarrowcastProgress,
}

impl Lane {
    /// All lanes, in the order of their codes.
    pub const ALL: &'static [Self] = &[
        Self::Push,
        Self::Multicast,
        Self::Broadcast,
        Self::Narrowcast,
        Self::Reply,
        Self::Phone,
        Self::NarrowcastProgress,
    ];

    /// Returns the lane of a kind of send.
    pub const fn of(kind: SendKind) -> Self {
        match kind {
            SendKind::Push => Self::Push,
            SendKind::Multicast => Self::Multicast,
            SendKind::Broadcast => Self::Broadcast,
            SendKind::Narrowcast => Self::Narrowcast,
            SendKind::Reply => Self::Reply,
            SendKind::PhoneNumber => Self::Phone,
        }
    }

    /// Returns the kind of send in this lane; `None` for reads.
    pub const fn kind(self) -> Option<SendKind> {
        Some(match self {
            Self::Push => SendKind::Push,
            Self::Multicast => SendKind::Multicast,
            Self::Broadcast => SendKind::Broadcast,
            Self::Narrowcast => SendKind::Narrowcast,
            Self::Reply => SendKind::Reply,
            Self::Phone => SendKind::PhoneNumber,
            Self::NarrowcastProgress => return None,
        })
    }

    /// Returns whether LINE accepts a retry key in this lane. A reply has its token instead; a send to a phone number
    /// has neither, and is sent at most once.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>
    pub const fn has_retry_key(self) -> bool {
        matches!(self, Self::Push | Self::Multicast | Self::Broadcast | Self::Narrowcast)
    }

    /// Whether a send counts against the month's quota by recipients that are known before.
    pub(crate) const fn counts_recipients(self) -> bool {
        matches!(self, Self::Push | Self::Multicast)
    }

    /// Returns whether sends in this lane count towards LINE's monthly quota.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/pricing/>
    pub const fn uses_quota(self) -> bool {
        matches!(self, Self::Push | Self::Multicast | Self::Broadcast | Self::Narrowcast)
    }

    /// Returns the name that the command line and the store use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Narrowcast => "narrowcast",
            Self::Reply => "reply",
            Self::Phone => "push-by-phone",
            Self::NarrowcastProgress => "narrowcast-progress",
        }
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|lane| lane.code() == code)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Lane {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.iter().copied().find(|lane| lane.name() == name).ok_or(UnknownName)
    }
}

/// The text does not name a lane, a state or a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a name that is known here")
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_read_back() {
        for &lane in Lane::ALL {
            assert_eq!(lane.name().parse(), Ok(lane));
            assert_eq!(Lane::from_code(lane.code()), Some(lane));
            assert!(lane.kind().is_none_or(|kind| Lane::of(kind) == lane));
        }
        assert_eq!(Lane::from_code(7), None);
        assert_eq!("fax".parse::<Lane>(), Err(UnknownName));
    }
}
