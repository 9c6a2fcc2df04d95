use std::{error::Error as StdError, fmt};

use hikyaku_model::{
    Violation, Violations,
    limits::{Problem, Segment},
};

use crate::{CampaignId, DeliveryId, HoldId, delivery::Refusal};

/// The error of a call to the sender. Nothing is half done: a failed call leaves no trace.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an error, which decides what to do about it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A message, an id or an option breaks a rule; the violations have their paths. Options have the names of their
    /// methods, such as `idempotency_key`; all other paths are LINE's.
    Invalid(Violations),
    /// The idempotency key already belongs to another send; nothing was changed.
    Conflict {
        /// The send to which the key belongs.
        existing: Existing,
    },
    /// The delivery does not exist.
    NoDelivery(DeliveryId),
    /// The campaign does not exist.
    NoCampaign(CampaignId),
    /// The hold does not exist, or has ended.
    NoHold(HoldId),
    /// Another reader holds this cursor.
    CursorTaken {
        /// The name of the cursor.
        name: String,
        /// The reader that holds it: host, process id and a number.
        reader: String,
    },
    /// The receiver of a webhook says that it is gone for good (410). The text is its host.
    ReceiverGone(String),
    /// The delivery stays unchanged, for this reason.
    Refused(DeliveryId, Refusal),
    /// A line of the list cannot be used, or the list is not the one with which the campaign began.
    Recipients(String),
    /// Another process holds the lock.
    Locked {
        /// The process that holds it.
        holder: String,
    },
    /// The store was written by a newer version.
    NewerSchema {
        /// The version of the store's schema.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The store is damaged. Nothing is read from it, and nothing is sent.
    Damaged(String),
    /// The store's configuration is unsuitable.
    Unsuitable(String),
    /// The store failed: the disk is full, it is read-only, missing or unreachable.
    Store(String),
}

/// The send to which an idempotency key belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// A delivery.
    Delivery(DeliveryId),
    /// A campaign.
    Campaign(CampaignId),
}

impl fmt::Display for Existing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivery(id) => write!(f, "delivery {id}"),
            Self::Campaign(id) => write!(f, "campaign {id}"),
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner { kind, source: None }))
    }

    pub(crate) fn invalid(violations: Violations) -> Self {
        Self::new(ErrorKind::Invalid(violations))
    }

    /// One rule is broken, at this place or by the whole.
    pub(crate) fn breaks(path: Vec<Segment>, problem: Problem) -> Self {
        let violations = Violations::new(vec![Violation { path, problem }]);
        Self::invalid(violations.expect("there is one"))
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Damaged(what.into()))
    }

    pub(crate) fn store(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Store(what.into()))
    }

    pub(crate) fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Whether a database refused a value, so that the other rows of its transaction may be written without it: classes 22
    /// and 23 of PostgreSQL's errors.
    #[cfg(feature = "postgres")]
    pub(crate) fn blames_a_row(&self) -> bool {
        let source = self.source().and_then(|why| why.downcast_ref::<tokio_postgres::Error>());
        let code =
            source.and_then(tokio_postgres::Error::code).map(tokio_postgres::error::SqlState::code);
        code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
    }

    /// Embedded stores refuse no value.
    #[cfg(not(feature = "postgres"))]
    pub(crate) fn blames_a_row(&self) -> bool {
        false
    }

    /// Returns the kind, which decides what to do about the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns whether the same call can succeed later without any change, since only the store failed.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Store(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            ErrorKind::Invalid(violations) => violations.fmt(f),
            ErrorKind::Recipients(what) | ErrorKind::Unsuitable(what) | ErrorKind::Store(what) => {
                f.write_str(what)
            }
            ErrorKind::Conflict { existing } => write!(
                f,
                "this idempotency key already stands for another send ({existing}); use a new key for new contents"
            ),
            ErrorKind::NoDelivery(id) => write!(f, "there is no delivery {id}"),
            ErrorKind::NoCampaign(id) => write!(f, "there is no campaign {id}"),
            ErrorKind::NoHold(id) => write!(f, "there is no hold {id}, or it is over"),
            ErrorKind::CursorTaken { name, reader } => write!(
                f,
                "another reader has the outcome cursor {name}: {reader}; stop it first, or use another name"
            ),
            ErrorKind::ReceiverGone(host) => write!(
                f,
                "the receiver at {host} answered 410, which says that it is gone for good; it is told nothing more until it is \
                 asked for again"
            ),
            ErrorKind::Refused(id, why) => write!(f, "delivery {id} {why}"),
            ErrorKind::Locked { holder } => {
                write!(
                    f,
                    "another worker has this store: {holder}; stop it first, or use PostgreSQL for many workers"
                )
            }
            ErrorKind::NewerSchema { found, known } => write!(
                f,
                "the store has schema {found} and this program knows up to {known}; use the version that wrote it or a newer one"
            ),
            ErrorKind::Damaged(what) => {
                write!(
                    f,
                    "the store is damaged, so nothing is sent from it: {what}; restore it from a backup"
                )
            }
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
