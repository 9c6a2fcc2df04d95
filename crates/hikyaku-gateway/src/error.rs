use std::{error::Error as StdError, fmt};

/// The error of a gateway, as text for people.
#[derive(Debug)]
pub struct Error {
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), source: None }
    }

    pub(crate) fn because(
        what: impl Into<String>,
        why: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self { what: what.into(), source: Some(Box::new(why)) }
    }
}

impl Error {
    /// Returns the outbox's error, if the outbox failed.
    pub(crate) fn of_outbox(&self) -> Option<&hikyaku_sender::ErrorKind> {
        let source = self.source.as_ref()?.downcast_ref::<hikyaku_sender::Error>()?;
        Some(source.kind())
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
        Self::because("the outbox", why)
    }
}
