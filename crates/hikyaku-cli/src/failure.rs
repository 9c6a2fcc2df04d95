use std::fmt;

/// What the command line finds wrong itself, before anything is sent or after the answer came.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command cannot be understood, or a file of it cannot be read.
    Usage(String),
    /// A value breaks a rule.
    Invalid { property: &'static str, message: String },
    /// LINE accepted the request and gave up on it later; or somebody else refuses.
    Rejected { message: String, request_id: Option<String> },
    /// No answer came.
    Network(String),
    /// There is no such thing in the store.
    NotFound(String),
    /// What was begun stands still until somebody acts.
    Stuck(Stuck),
    /// Deliveries of these channels are due, and the worker does not have them.
    Unserved(String),
    /// A command that was run failed with this exit code, and has said why.
    Ended(u8),
}

/// What a campaign cannot go on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The month's messages are used up.
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
                "deliveries are due for channels that this worker does not have: {channels}; is the name right?"
            ),
            Self::Ended(code) => write!(f, "the command ended with exit code {code}"),
            Self::Invalid { property, message } => write!(f, "{property}: {message}"),
        }
    }
}

impl std::error::Error for Failure {}

/// The command cannot be understood, or a file of it cannot be read.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Failure::Usage(message.into()).into()
}

/// A value breaks a rule; `property` is its name in LINE's request.
pub(crate) fn invalid(property: &'static str, message: impl Into<String>) -> anyhow::Error {
    Failure::Invalid { property, message: message.into() }.into()
}

/// LINE accepted the request and gave up on it later.
pub(crate) fn rejected(message: String, request_id: &str) -> anyhow::Error {
    Failure::Rejected { message, request_id: Some(request_id.to_owned()) }.into()
}

/// What was asked for is refused, and not by LINE.
pub(crate) fn refused(message: impl Into<String>) -> anyhow::Error {
    Failure::Rejected { message: message.into(), request_id: None }.into()
}

/// No answer came.
pub(crate) fn network(message: impl Into<String>) -> anyhow::Error {
    Failure::Network(message.into()).into()
}

/// There is no such thing in the store.
pub(crate) fn not_found(message: String) -> anyhow::Error {
    Failure::NotFound(message).into()
}

/// What was begun stands still until somebody acts.
pub(crate) fn stuck(why: Stuck) -> anyhow::Error {
    Failure::Stuck(why).into()
}

/// Deliveries of these channels are due, and the worker does not have them.
pub(crate) fn unserved(channels: &str) -> anyhow::Error {
    Failure::Unserved(channels.to_owned()).into()
}

/// A command that was run failed, and has said why.
pub(crate) fn ended(code: u8) -> anyhow::Error {
    Failure::Ended(code).into()
}

/// What to do about an error: attach it with `context`.
#[derive(Debug)]
pub(crate) struct Hint(pub(crate) String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a failed call leaves behind and only its error can name, such as a retry key: attach it with `context`. JSON
/// has it too, in the message.
#[derive(Debug)]
pub(crate) struct Aftermath(pub(crate) String);

impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A client cannot be built: its error names a setting of the builder, and the user knows it as a flag.
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
