use std::fmt;

use anstyle::{AnsiColor, Effects, Style};
use anyhow::Context;
use clap::Args;
use hikyaku::{Accepted, RetryKey, SentMessage};
use serde::Serialize;

use crate::{failure::Aftermath, output::Output, stop::unless_interrupted};

const DONE: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const NAME: Style = Style::new().effects(Effects::DIMMED);

// The options of the four sends with a retry key.
#[derive(Debug, Args)]
pub(crate) struct KeyedOptions {
    /// Make repeats safe for 24 hours: LINE acts on the first request with this key only [default: a new key]
    #[arg(long, value_name = "UUID")]
    retry_key: Option<RetryKey>,

    #[command(flatten)]
    pub(crate) silence: Silence,
}

// Whether users receive a push notification.
#[derive(Debug, Args)]
pub(crate) struct Silence {
    /// Arrive without a sound or a notification
    #[arg(long)]
    pub(crate) notification_disabled: bool,
}

impl KeyedOptions {
    /// Returns the retry key. It is generated here and not by the client, so that an error can name it.
    pub(crate) fn key(&self) -> RetryKey {
        self.retry_key.unwrap_or_else(RetryKey::new)
    }
}

/// Sends with a retry key. If the outcome is unknown, also because somebody has interrupted it, the error explains how to
/// retry it.
pub(crate) async fn under(
    key: RetryKey,
    send: impl IntoFuture<Output = Result<Accepted, hikyaku::Error>>,
) -> anyhow::Result<Accepted> {
    or_in_doubt(send, &format!("to repeat it without sending twice, add --retry-key {key}")).await
}

/// Sends. If the outcome is unknown, the error explains the effect of retrying it.
pub(crate) async fn or_in_doubt(
    send: impl IntoFuture<Output = Result<Accepted, hikyaku::Error>>,
    of_a_repeat: &str,
) -> anyhow::Result<Accepted> {
    unless_interrupted(send).await.map_err(|error| {
        let of_call = error.downcast_ref::<hikyaku::Error>();
        if of_call.is_none_or(hikyaku::Error::may_have_landed) {
            error.context(Aftermath(format!("LINE may have acted on it; {of_a_repeat}")))
        } else {
            error
        }
    })
}

/// Prints LINE's acceptance of a send.
pub(crate) fn print(accepted: &Accepted, output: Output) -> anyhow::Result<()> {
    let document = Document {
        request_id: accepted.request_id.as_deref(),
        deduplicated: accepted.deduplicated,
        sent_messages: sent(&accepted.sent_messages),
    };
    output.print(&document, &document).with_context(|| {
        let id = accepted.request_id.as_deref().unwrap_or("without an id");
        Aftermath(format!("LINE has accepted the request {id}; do not send it again"))
    })
}

/// The messages of a send, as the command prints them.
pub(crate) fn sent(messages: &[SentMessage]) -> Vec<Sent<'_>> {
    messages.iter().map(|it| Sent { id: &it.id, quote_token: it.quote_token.as_deref() }).collect()
}

#[derive(Serialize)]
pub(crate) struct Sent<'a> {
    id: &'a str,
    quote_token: Option<&'a str>,
}

#[derive(Serialize)]
struct Document<'a> {
    request_id: Option<&'a str>,
    deduplicated: bool,
    sent_messages: Vec<Sent<'a>>,
}

impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deduplicated {
            write!(
                f,
                "{DONE}accepted before{DONE:#} under this retry key, nothing was sent again"
            )?;
        } else {
            write!(f, "{DONE}accepted{DONE:#}")?;
        }
        write!(f, "\n  {NAME}request{NAME:#} {}", self.request_id.unwrap_or("without an id"))?;
        for message in &self.sent_messages {
            write!(f, "\n  {NAME}message{NAME:#} {}", message.id)?;
        }
        Ok(())
    }
}
