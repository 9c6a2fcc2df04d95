use std::{fmt, time::Duration};

use anyhow::Context;
use clap::{ArgGroup, Args};
use hikyaku::{
    model::Object,
    transport::{HyperTransport, RequestBody, Transport},
};
use hikyaku_webhook::{SIGNATURE_HEADER, sign};
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::Channel;
use crate::{
    connect::seconds,
    failure::{invalid, network, refused, usage},
    file,
    network::NetworkArgs,
    output::{Output, visible},
};

/// LINE's user agent.
const USER_AGENT: &str = "LineBotWebhook/2.0";
/// The number of bytes of a bot's response that are shown; LINE reads none of it.
const SHOWN: usize = 64 << 10;
const SOMEBODY: &str = "U00000000000000000000000000000000";
const BOT: &str = "U11111111111111111111111111111111";

/// Sign an event as LINE does, and post it to a bot
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("what").required(true).args(["event", "text"])),
    after_help = "\
Of an event, the fields that all of LINE's have are added where they are missing. A whole body, with its list `events`, \
is sent as it is. LINE waits 2 seconds for the answer.

Examples:
  hikyaku webhook send --text 'hi' --url http://127.0.0.1:3000/callback
  hikyaku webhook send '{\"type\":\"follow\"}' --url http://127.0.0.1:3000/callback
  hikyaku webhook send @body.json --url https://bot.example.com/callback"
)]
pub(super) struct Send {
    /// An event, a list of events or a whole body (@- is stdin)
    #[arg(value_name = "JSON|@FILE")]
    event: Option<String>,

    /// A text message instead
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "event")]
    text: Option<String>,

    /// The bot's URL
    #[arg(long, value_name = "URL")]
    url: Uri,

    #[arg(long, value_name = "USER_ID", help = format!("Who does it, where the event does not say [default: {SOMEBODY}]"))]
    user: Option<String>,

    #[arg(long, value_name = "USER_ID", help = format!("The user id of the bot that it is for [default: {BOT}]"))]
    destination: Option<String>,

    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "2")]
    timeout: Duration,

    #[command(flatten)]
    channel: Channel,

    #[command(flatten)]
    network: NetworkArgs,
}

/// What the bot answered.
#[derive(Serialize)]
struct Answered {
    status: u16,
    body: String,
}

impl Send {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        if !matches!(self.url.scheme_str(), Some("http" | "https")) || self.url.host().is_none() {
            return Err(invalid("--url", "must be a URL that begins with http:// or https://"));
        }
        let secret = self.channel.secret()?;
        let body = self.body()?;
        let transport = self.network.transport(None)?;
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::USER_AGENT, USER_AGENT)
            .header(SIGNATURE_HEADER, sign(&secret, &body))
            .body(bytes::Bytes::from(body).into())
            .context("cannot make the request")?;
        let answered = match timeout(self.timeout, post(request, &transport)).await {
            Ok(answered) => answered?,
            Err(_) => {
                return Err(network(format!(
                    "the bot did not answer within {:?}; answer first, then work",
                    self.timeout
                )));
            }
        };
        if !(200..300).contains(&answered.status) {
            return Err(refused(format!("the bot answered {answered}")));
        }
        output.print(&answered, &answered)
    }

    fn body(&self) -> anyhow::Result<Vec<u8>> {
        let events = match (&self.text, &self.event) {
            (Some(text), _) => vec![say(text)],
            (None, Some(event)) => {
                let (json, name) = file::read_argument("the event", event)?;
                match serde_json::from_str(&json) {
                    Ok(Value::Object(body)) if body.contains_key("events") => {
                        if self.user.is_some() || self.destination.is_some() {
                            return Err(usage(format!(
                                "{name} is a whole body, which is sent as it is; leave --user and --destination out"
                            )));
                        }
                        return Ok(json.into_bytes());
                    }
                    Ok(Value::Object(event)) => vec![event],
                    Ok(Value::Array(events)) => events
                        .into_iter()
                        .map(|event| match event {
                            Value::Object(event) => Ok(event),
                            other => Err(usage(format!("{name} has {other} among its events"))),
                        })
                        .collect::<Result<_, _>>()?,
                    Ok(_) => return Err(usage(format!("{name} is no JSON object or list"))),
                    Err(why) => {
                        return Err(usage(format!("{name} is no JSON: {why}; mend it there")));
                    }
                }
            }
            (None, None) => return Err(usage("no event; give one, or --text TEXT")),
        };
        let events: Vec<Object> = events.into_iter().map(|event| self.complete(event)).collect();
        Ok(serde_json::to_vec(
            &json!({ "destination": self.destination.as_deref().unwrap_or(BOT), "events": events }),
        )?)
    }

    /// Completes the event with the fields that all of LINE's events have.
    fn complete(&self, mut event: Object) -> Object {
        let common = [
            ("webhookEventId", Value::from(ulid())),
            ("deliveryContext", json!({ "isRedelivery": false })),
            ("timestamp", Timestamp::now().as_millisecond().into()),
            (
                "source",
                json!({ "type": "user", "userId": self.user.as_deref().unwrap_or(SOMEBODY) }),
            ),
            ("mode", "active".into()),
        ];
        for (name, value) in common {
            event.entry(name).or_insert(value);
        }
        event
    }
}

/// Returns the event of a text message.
fn say(text: &str) -> Object {
    let digits = Uuid::new_v4().as_u128() % 10_u128.pow(18);
    let message = json!({ "type": "text", "id": format!("{digits:018}"), "text": text });
    Object::from_iter([
        ("type".to_owned(), "message".into()),
        ("replyToken".to_owned(), Uuid::new_v4().simple().to_string().into()),
        ("message".to_owned(), message),
    ])
}

async fn post(
    request: Request<RequestBody>,
    transport: &HyperTransport,
) -> anyhow::Result<Answered> {
    let no_answer = |why: &dyn fmt::Display| {
        network(format!("the bot gave no answer: {why}; check that it runs, and --url"))
    };
    let answer = transport.send(request).await.map_err(|why| no_answer(&why))?;
    let status: StatusCode = answer.status();
    let body = Limited::new(answer.into_body(), SHOWN).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answered { status: status.as_u16(), body })
}

/// Returns 128 bits as the 26 characters of LINE's event ids.
fn ulid() -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let millis = u128::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
    let bits = (millis << 80) | (Uuid::new_v4().as_u128() & ((1 << 80) - 1));
    let digit = |at: usize| char::from(DIGITS[usize::try_from(bits >> (at * 5) & 31).unwrap_or(0)]);
    (0..26).rev().map(digit).collect()
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if !self.body.is_empty() {
            write!(f, ": {}", visible(&self.body))?;
        }
        Ok(())
    }
}
