use std::{error::Error as StdError, fmt};

/// The error of a gateway, as text for people.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration, one of its files or a value breaks a rule.
    Invalid,
    /// There is such a one already.
    Conflict,
    /// The outbox failed: [`Error::store`] says how.
    Store,
    /// Something else failed, such as an address that is in use.
    Other,
}

impl Error {
    /// Something breaks a rule.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Invalid, what: what.into(), source: None }
    }

    /// Something breaks a rule, for a reason.
    pub(crate) fn invalid_because(
        what: impl Into<String>,
        why: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self { kind: ErrorKind::Invalid, what: what.into(), source: Some(Box::new(why)) }
    }

    /// There is such a one already.
    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Conflict, what: what.into(), source: None }
    }

    /// Something failed that nobody has asked for wrongly.
    pub(crate) fn fault(what: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Other, what: what.into(), source: None }
    }

    /// Something failed, for a reason.
    pub(crate) fn because(
        what: impl Into<String>,
        why: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self { kind: ErrorKind::Other, what: what.into(), source: Some(Box::new(why)) }
    }

    /// Returns the kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the error of the outbox, if the outbox failed.
    pub fn store(&self) -> Option<&hikyaku_sender::Error> {
        self.source.as_ref()?.downcast_ref()
    }

    /// Returns the kind of the outbox's error, if the outbox failed.
    pub(crate) fn of_outbox(&self) -> Option<&hikyaku_sender::ErrorKind> {
        self.store().map(hikyaku_sender::Error::kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.source {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {}

impl From<hikyaku_sender::Error> for Error {
    fn from(why: hikyaku_sender::Error) -> Self {
        Self { kind: ErrorKind::Store, ..Self::because("the outbox", why) }
    }
}
