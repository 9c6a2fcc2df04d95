use std::fmt;

/// An error found by the command line itself, before sending or after the response.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is invalid, or one of its files cannot be read.
    Usage(String),
    /// A value breaks a rule.
    Invalid { property: &'static str, message: String },
    /// LINE accepted the request and failed later, or another server refuses.
    Rejected { message: String, request_id: Option<String> },
    /// No response arrived.
    Network(String),
    /// The store does not contain it.
    NotFound(String),
    /// The work is blocked until somebody acts.
    Stuck(Stuck),
    /// Deliveries are due for these channels, which the worker does not have.
    Unserved(String),
    /// The result cannot be printed.
    Output(String),
    /// A person has stopped it with this signal.
    Interrupted(i32),
    /// A command that was run failed with this exit code, and has printed the reason.
    Ended(u8),
}

/// The reason why a campaign cannot continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The monthly quota is used up.
    Quota,
    /// LINE refuses the token.
    Unauthorized,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Rejected { message, .. } | Self::Network(message) | Self::NotFound(message) => {
                f.write_str(message)
            }
            Self::Stuck(Stuck::Quota) => f.write_str(
                "the month's messages are used up, or too few for the next request; what is left goes on when there are \
                 more, with the same command or `hikyaku worker run`; see `hikyaku quota` and `hikyaku quota-consumption`",
            ),
            Self::Stuck(Stuck::Unauthorized) => f.write_str(
                "LINE refuses the channel access token; what is left goes on with a valid one, with the same command or \
                 `hikyaku worker run`",
            ),
            Self::Unserved(channels) => write!(
                f,
                "deliveries are due for channels that this worker does not have: {channels}; `hikyaku worker run --channel NAME` has one by its profile; if the name is wrong, withdraw them with `hikyaku outbox cancel --channel NAME`"
            ),
            Self::Output(why) => write!(f, "cannot write to stdout: {why}"),
            Self::Interrupted(_) => f.write_str("interrupted"),
            Self::Ended(code) => write!(f, "the command ended with exit code {code}"),
            Self::Invalid { property, message } => write!(f, "{property}: {message}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Creates the error for an invalid command line, or for a file that cannot be read.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Failure::Usage(message.into()).into()
}

/// Creates the error for a value that breaks a rule; `property` is its name in LINE's request.
pub(crate) fn invalid(property: &'static str, message: impl Into<String>) -> anyhow::Error {
    Failure::Invalid { property, message: message.into() }.into()
}

/// Creates the error for a request that LINE accepted and that failed later.
pub(crate) fn rejected(message: String, request_id: &str) -> anyhow::Error {
    Failure::Rejected { message, request_id: Some(request_id.to_owned()) }.into()
}

/// Creates the error for a refusal that is not LINE's.
pub(crate) fn refused(message: impl Into<String>) -> anyhow::Error {
    Failure::Rejected { message: message.into(), request_id: None }.into()
}

/// Creates the error for a missing response.
pub(crate) fn network(message: impl Into<String>) -> anyhow::Error {
    Failure::Network(message.into()).into()
}

/// Creates the error for something that the store does not contain.
pub(crate) fn not_found(message: String) -> anyhow::Error {
    Failure::NotFound(message).into()
}

/// Creates the error for work that is blocked until somebody acts.
pub(crate) fn stuck(why: Stuck) -> anyhow::Error {
    Failure::Stuck(why).into()
}

/// Creates the error for due deliveries of channels that the worker does not have.
pub(crate) fn unserved(channels: &str) -> anyhow::Error {
    Failure::Unserved(channels.to_owned()).into()
}

/// Creates the error for a command that failed and has printed the reason.
pub(crate) fn ended(code: u8) -> anyhow::Error {
    Failure::Ended(code).into()
}

/// The next step after an error: attach it with `context`.
#[derive(Debug)]
pub(crate) struct Hint(pub(crate) String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An effect of a failed call that only its error can name, such as a retry key: attach it with `context`. It is also
/// part of the message in JSON.
#[derive(Debug)]
pub(crate) struct Aftermath(pub(crate) String);

impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Creates the error for a client that cannot be built: the client names a setting, the user knows it as a flag.
pub(crate) fn of_settings(
    error: hikyaku::Error,
    flags: &[(&'static str, &'static str)],
) -> anyhow::Error {
    let [detail] = error.details() else { return error.into() };
    let flag = flags.iter().find(|(setting, _)| detail.property.as_deref() == Some(setting));
    match (flag, &detail.message) {
        (Some((_, flag)), Some(message)) => invalid(flag, message),
        _ => error.into(),
    }
}
