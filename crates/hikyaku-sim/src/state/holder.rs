use serde::{Deserialize, Serialize};

/// A channel that can have tokens: its place among those of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Holder {
    /// A Messaging API channel.
    Messaging(usize),
    /// A LINE Login channel.
    Login(usize),
    /// A module channel.
    Module(usize),
}

impl Holder {
    /// Its place.
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Messaging(place) | Self::Login(place) | Self::Module(place) => place,
        }
    }
}
