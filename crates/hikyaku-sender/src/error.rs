use std::{error::Error as StdError, fmt};

use hikyaku_model::{
    Violation, Violations,
    limits::{Problem, Segment},
};

use crate::{CampaignId, DeliveryId, HoldId, delivery::Refusal};

/// Why the sender did not do what it was asked to. Nothing is half done: what failed left no trace.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of failure it is, to act on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A message, an id or an option cannot be sent: every broken rule with its path. Options have the names that their
    /// methods have, such as `idempotency_key`; everything else has LINE's.
    Invalid(Violations),
    /// The idempotency key stands for another send already; nothing was changed.
    Conflict {
        /// What the key stands for.
        existing: Existing,
    },
    /// There is no such delivery.
    NoDelivery(DeliveryId),
    /// There is no such campaign.
    NoCampaign(CampaignId),
    /// There is no such hold, or it is over.
    NoHold(HoldId),
    /// Another reader has this place in the outcomes.
    CursorTaken {
        /// The place's name.
        name: String,
        /// Who has it: host, process and a number of its own.
        reader: String,
    },
    /// The receiver of a webhook says that it is gone for good (410); this is its host.
    ReceiverGone(String),
    /// The delivery stays as it is, and why.
    Refused(DeliveryId, Refusal),
    /// A line of the recipients cannot be used, or the list is not the one that was begun with.
    Recipients(String),
    /// Another process holds the lock.
    Locked {
        /// Who holds it.
        holder: String,
    },
    /// The store was written by a newer version.
    NewerSchema {
        /// The version of the store's schema.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The store is damaged. Nothing is read from it and nothing is sent.
    Damaged(String),
    /// The store cannot be used as it is set up.
    Unsuitable(String),
    /// The store did not do it: disk full, read only, gone, or not reachable.
    Store(String),
}

/// A send that an idempotency key stands for.
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

    /// What kind of failure it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Whether the same call can succeed later without any change: only the store was in the way.
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
