use std::{fmt::Write, time::Duration};

use anstyle::{AnsiColor, Effects, Style};
use clap::{Args, ValueEnum};
use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::control::{Control, SimArgs};
use crate::{
    output::{Output, visible},
    stop::StopSignals,
};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const ASIDE: Style = Style::new().effects(Effects::DIMMED);

/// How long one poll waits for entries. After it the next poll begins, so that the end of the simulator is noticed.
const LOOK: Duration = Duration::from_secs(20);

/// The maximum number of entries of one poll.
const AT_ONCE: usize = 1000;

/// The number of characters of a message's text that are shown.
const SHOWN: usize = 60;

/// Watch the requests and webhooks of a simulator that runs
#[derive(Debug, Args)]
#[command(after_help = "\
A line for each request of a program, and for each try to tell its bot of an event, as they end; times are UTC. With --json \
each is an object with `request` or `webhook`. Ctrl-C ends it.

Examples:
  hikyaku sim tail
  hikyaku sim tail --failed --only requests
  hikyaku sim tail --path /message/ --last 20 --once --json")]
pub(super) struct Tail {
    /// Begin with so many of the newest of each
    #[arg(long, value_name = "N", default_value_t = 10)]
    last: usize,

    /// End after these
    #[arg(long)]
    once: bool,

    /// Only requests, or only webhooks
    #[arg(long, value_name = "WHICH")]
    only: Option<Which>,

    /// Only what was refused, was not answered or was hit by a fault
    #[arg(long)]
    failed: bool,

    /// Only requests whose path has this in it
    #[arg(long, value_name = "TEXT")]
    path: Option<String>,

    #[command(flatten)]
    sim: SimArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    Requests,
    Webhooks,
}

/// What is shown.
struct Filter {
    failed: bool,
    path: Option<String>,
    channel: Option<String>,
}

impl Tail {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let control = self.sim.control()?;
        // A path belongs to requests.
        let only = self.only.or(self.path.is_some().then_some(Which::Requests));
        let channel = control.chosen_channel().map(str::to_owned);
        let filter = Filter { failed: self.failed, path: self.path.clone(), channel };
        let stop = StopSignals::listen()?;
        let requests = async {
            if only == Some(Which::Webhooks) {
                Ok(())
            } else {
                requests(&control, &filter, self.last, self.once, output).await
            }
        };
        let webhooks = async {
            if only == Some(Which::Requests) {
                Ok(())
            } else {
                webhooks(&control, &filter, self.last, self.once, output).await
            }
        };
        tokio::select! {
            ended = async { tokio::try_join!(requests, webhooks) } => ended.map(|_| ()),
            () = stop.wait() => Ok(()),
        }
    }
}

/// Shows requests, in the order in which they ended.
async fn requests(
    control: &Control,
    filter: &Filter,
    last: usize,
    once: bool,
    output: Output,
) -> anyhow::Result<()> {
    let mut answer = control.call(Method::GET, &format!("/_sim/v1/log?limit={last}"), None).await?;
    // With nothing to show first, it begins with what comes.
    let mut after = if last == 0 { answer["last"].as_u64().unwrap_or(0) } else { 0 };
    loop {
        for request in answer["requests"].as_array().into_iter().flatten() {
            after = request["seq"].as_u64().unwrap_or(after);
            if filter.lets_request(request) {
                let shown = json!({ "request": request });
                output.print_to_reader(&shown, request_line(request))?;
            }
        }
        let last = answer["last"].as_u64().unwrap_or(after);
        // Fewer than before: the simulator was reset.
        after = if last < after { 0 } else { after };
        if once {
            return Ok(());
        }
        let path = format!("/_sim/v1/log?after={after}&limit={AT_ONCE}");
        answer = control.news(&path, LOOK).await?.unwrap_or_else(|| json!({ "last": after }));
    }
}

/// Shows attempts to deliver webhooks, in the order in which they ended.
async fn webhooks(
    control: &Control,
    filter: &Filter,
    last: usize,
    once: bool,
    output: Output,
) -> anyhow::Result<()> {
    let channel = control.channel().await?.id;
    let path = format!("/_sim/v1/webhooks?channel={channel}");
    let mut answer = control.call(Method::GET, &format!("{path}&limit={last}"), None).await?;
    let mut after = 0;
    loop {
        let mut tries: Vec<(u64, &Value, &Value)> = Vec::new();
        for webhook in answer["webhooks"].as_array().into_iter().flatten() {
            for attempt in webhook["attempts"].as_array().into_iter().flatten() {
                let seq = attempt["seq"].as_u64().unwrap_or_default();
                if seq > after {
                    tries.push((seq, webhook, attempt));
                }
            }
        }
        tries.sort_by_key(|(seq, ..)| *seq);
        for (_, webhook, attempt) in tries {
            if !filter.failed || attempt["reason"] != "ok" {
                let (event, id) = (&webhook["events"][0], &webhook["id"]);
                let json = json!({ "webhook": { "id": id, "event": event, "attempt": attempt } });
                output.print_to_reader(&json, webhook_line(event, attempt))?;
            }
        }
        after = answer["attempts"].as_u64().unwrap_or(after);
        if once {
            return Ok(());
        }
        let news = control.news(&format!("{path}&after={after}"), LOOK).await?;
        answer = news.unwrap_or_else(|| json!({ "attempts": after }));
    }
}

impl Filter {
    fn lets_request(&self, request: &Value) -> bool {
        let path = request["path"].as_str().unwrap_or_default();
        let channel = request["channelId"].as_str();
        self.path.as_ref().is_none_or(|part| path.contains(part))
            && (!self.failed || failed(request))
            && self.channel.as_ref().is_none_or(|wanted| channel == Some(wanted))
    }
}

/// Returns whether a request was refused, got no response or was hit by a fault.
fn failed(request: &Value) -> bool {
    request["status"].as_u64().is_none_or(|status| status >= 400) || request["fault"].is_string()
}

fn request_line(request: &Value) -> String {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let status = request["status"].as_u64();
    let style = if failed(request) { BAD } else { GOOD };
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let query = match text("query") {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let mut line = format!(
        "{ASIDE}{}{ASIDE:#}  {style}{status}{style:#}  {} {}{}",
        clock(text("arrivedAt")),
        text("method"),
        visible(text("path")),
        visible(&query)
    );
    let body: Value = serde_json::from_str(text("body")).unwrap_or_default();
    let mut add = |part: String| {
        // Writing to a string cannot fail.
        let _ = write!(line, "{part}");
    };
    if let Some(to) = body["to"].as_str() {
        add(format!("  to {}", visible(to)));
    } else if let Some(to) = body["to"].as_array() {
        add(format!("  to {} people", to.len()));
    }
    for message in body["messages"].as_array().into_iter().flatten() {
        add(format!("  {}", said(message)));
    }
    if request["headers"]["x-line-retry-key"].is_string() {
        add(format!("  {ASIDE}retry key{ASIDE:#}"));
    }
    for name in ["fault", "hint"] {
        if let Some(about) = request[name].as_str() {
            add(format!("  {BAD}{name}{BAD:#} {}", visible(about)));
        }
    }
    line
}

fn webhook_line(event: &Value, attempt: &Value) -> String {
    let text = |name: &str| attempt[name].as_str().unwrap_or_default();
    let good = attempt["reason"] == "ok";
    let style = if good { GOOD } else { BAD };
    let outcome = if good {
        text("detail").to_owned()
    } else {
        format!("{} {}", text("reason"), text("detail"))
    };
    let kind = event["type"].as_str().unwrap_or("event");
    let source = &event["source"];
    let from = ["groupId", "roomId", "userId"].iter().find_map(|name| source[*name].as_str());
    let mut line = format!(
        "{ASIDE}{}{ASIDE:#}  {style}{}{style:#}  webhook {}",
        clock(text("at")),
        visible(&outcome),
        visible(kind)
    );
    if let Some(from) = from {
        let _ = write!(line, "  from {}", visible(from));
    }
    match kind {
        "message" => {
            let _ = write!(line, "  {}", said(&event["message"]));
        }
        "postback" => {
            let data = event["postback"]["data"].as_str().unwrap_or_default();
            let _ = write!(line, "  {}", short(data));
        }
        _ => {}
    }
    if attempt["isRedelivery"] == true {
        let _ = write!(line, "  {ASIDE}again{ASIDE:#}");
    }
    line
}

/// Returns a message in a few words.
pub(super) fn said(message: &Value) -> String {
    match (&message["text"], &message["altText"], &message["type"]) {
        (Value::String(text), ..) | (_, Value::String(text), _) => format!("\"{}\"", short(text)),
        (.., Value::String(kind)) => visible(kind).into_owned(),
        _ => "a message".to_owned(),
    }
}

fn short(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    visible(&start).into_owned()
}

/// Returns the time of day.
fn clock(at: &str) -> String {
    let at: Option<Timestamp> = at.parse().ok();
    at.map_or_else(String::new, |at| at.strftime("%H:%M:%S%.3f").to_string())
}
