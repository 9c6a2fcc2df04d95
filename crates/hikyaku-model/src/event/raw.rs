use std::{fmt, sync::Arc};

/// The JSON that an event was read from.
#[derive(Clone)]
pub(super) enum Raw<S> {
    /// It was made otherwise.
    None,
    /// A text of its own.
    Own(S),
    /// A part of a text that the events of a webhook share.
    Part { of: Arc<str>, begin: usize, end: usize },
}

impl<S: AsRef<str>> Raw<S> {
    pub(super) fn get(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Own(text) => Some(text.as_ref()),
            Self::Part { of, begin, end } => of.get(*begin..*end),
        }
    }
}

/// A part shows itself, not all that it is a part of.
impl<S: fmt::Debug> fmt::Debug for Raw<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Own(text) => text.fmt(f),
            Self::Part { of, begin, end } => of.get(*begin..*end).fmt(f),
        }
    }
}
