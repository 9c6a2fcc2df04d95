//! How many calls a token has left in its hour.

/// Calls in an hour, as LINE Notify allowed.
pub(crate) const CALLS: u32 = 1000;

/// Picture uploads in an hour, as LINE Notify allowed.
pub(crate) const UPLOADS: u32 = 50;

/// What a call is told of its token's hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// Whether the call is within the limit.
    pub(crate) granted: bool,
    pub(crate) calls: u32,
    pub(crate) uploads: u32,
    /// In seconds since 1970.
    pub(crate) reset: i64,
}
