use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use anstyle::{AnsiColor, Effects, Style};
use anyhow::Context;
use axum::{
    Router,
    extract::{FromRef, State},
    routing::post,
};
use clap::Args;
use hikyaku::model::{Event, event::ContentKind};
use hikyaku_webhook::{Receiver, Verifier, Webhook};
use http::StatusCode;
use serde::Serialize;
use tokio::{net::TcpListener, sync::Notify};

use super::{Channel, Line};
use crate::{
    listener,
    output::{Output, visible},
    stop::StopSignals,
};

const KIND: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);

/// Receive webhooks and print their events as they come, until Ctrl-C
#[derive(Debug, Args)]
#[command(after_help = "\
It takes any path, answers what is signed with 200 and everything else as a bot should. LINE itself reaches it through a tunnel.

Examples:
  hikyaku webhook listen
  hikyaku webhook listen --port 0 --json")]
pub(super) struct Listen {
    /// The port; 0 picks a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// The address of this machine to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,

    #[command(flatten)]
    channel: Channel,
}

#[derive(Clone)]
struct Bot {
    receiver: Receiver,
    output: Output,
    /// Nobody reads the events any more.
    unread: Arc<Notify>,
}

impl FromRef<Bot> for Receiver {
    fn from_ref(bot: &Bot) -> Self {
        bot.receiver.clone()
    }
}

/// Where it listens.
#[derive(Serialize)]
struct Listening {
    url: String,
}

impl Listen {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let receiver = Receiver::new(Verifier::new(&self.channel.secret()?));
        let unread = Arc::new(Notify::new());
        let bot = Bot { receiver, output, unread: unread.clone() };
        let address = SocketAddr::new(self.host, self.port);
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen at {address}: choose another --port or --host")
        })?;
        let stop = StopSignals::listen()?;
        let listening = Listening { url: format!("http://{}/", listener.local_addr()?) };
        output.print(&listening, format_args!("listening at {}", listening.url))?;
        let app = Router::new().fallback(post(print)).with_state(bot);
        let end = async {
            tokio::select! {
                () = stop.wait() => {}
                () = unread.notified() => {}
            }
        };
        listener::serve(listener, app, end).await;
        Ok(())
    }
}

async fn print(State(bot): State<Bot>, webhook: Webhook) -> StatusCode {
    let printed = webhook.events.iter().try_for_each(|event| {
        let line = Line::from(event);
        bot.output.print_to_reader(&line, Told(event))
    });
    if printed.is_ok() {
        return StatusCode::OK;
    }
    // LINE redelivers them then, if redelivery is on.
    bot.unread.notify_one();
    StatusCode::INTERNAL_SERVER_ERROR
}

/// An event in one line for people.
struct Told<'a>(&'a Event);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0;
        write!(f, "{KIND}{}{KIND:#}", visible(event.type_word()))?;
        if let Some(message) = event.message() {
            match &message.kind {
                ContentKind::Text(_) => {}
                ContentKind::Unknown { r#type } => write!(f, " {}", visible(r#type))?,
                _ => {
                    let kind = format!("{:?}", message.content_type());
                    write!(f, " {}", kind.to_lowercase())?;
                }
            }
        }
        if let Some(chat) = event.chat_id() {
            write!(f, " in {}", visible(chat.as_str()))?;
        }
        if let Some(text) = event.text() {
            write!(f, ": {}", visible(text))?;
        }
        if let Some(postback) = event.postback() {
            write!(f, ": {}", visible(&postback.data))?;
        }
        if let Some(misfit) = event.misfit() {
            write!(f, " that does not fit its type: {}", visible(&misfit.reason))?;
        }
        Ok(())
    }
}
