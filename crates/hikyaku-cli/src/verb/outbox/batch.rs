use std::io::{BufRead, BufReader};

use hikyaku::model::{
    Message,
    audience::{Filter, Limit, Recipient},
    send::message_warnings,
};
use hikyaku_sender::{ErrorKind, NewDelivery, Outbox, Time};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::{
    added::{Added, Named, fresh_key},
    options::Options,
};
use crate::{
    failure::{invalid, usage},
    file,
    output::{self, Output},
    report,
};

/// The maximum number of sends that share a commit.
const TOGETHER: usize = 1000;

/// One send of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    kind: Kind,
    #[serde(default)]
    to: To,
    messages: Vec<Message>,
    // Serde does not promise that it refuses unknown fields beside a flattened struct; a test sees that it does.
    #[serde(flatten)]
    options: Options,
    priority: Option<String>,
    on_unknown: Option<String>,
    unit: Option<String>,
    delivery_tag: Option<String>,
    recipient: Option<Recipient>,
    filter: Option<Filter>,
    limit: Option<Limit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Push,
    Multicast,
    Broadcast,
    Narrowcast,
    Reply,
    PushByPhone,
}

/// One id, many, or none.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum To {
    #[default]
    Nobody,
    One(String),
    Many(Vec<String>),
}

/// A line that can be added.
struct Read {
    send: NewDelivery,
    /// The generated key, if the send reaches many and has none.
    made_up: Option<String>,
}

/// Adds every line of a file, and answers each after its commit. Lines that have arrived by then share a commit.
pub(super) async fn add(path: &str, outbox: &Outbox, output: Output) -> anyhow::Result<()> {
    let input = file::open(path)?;
    let (sender, mut lines) = mpsc::channel(TOGETHER);
    // A thread rather than a task: it may wait for stdin when everything else is done.
    std::thread::spawn(move || {
        for line in BufReader::new(input).split(b'\n') {
            let ended = line.is_err();
            if sender.blocking_send(line).is_err() || ended {
                return;
            }
        }
    });
    let (mut refused, mut number) = (0_u64, 0_u64);
    let mut come = Vec::new();
    while lines.recv_many(&mut come, TOGETHER).await > 0 {
        let now = outbox.now().await?;
        let (mut sends, mut made_up) = (Vec::new(), Vec::new());
        for line in come.drain(..) {
            let line = line.map_err(|why| usage(format!("cannot read {path}: {why}")))?;
            number += 1;
            if number == 1 && file::is_utf_16(&line) {
                return Err(file::utf_16(path));
            }
            let mark = if number == 1 { file::MARK } else { &[] };
            let line = line.strip_prefix(mark).unwrap_or(&line);
            let read = read(line.trim_ascii(), number, now, output);
            if let Ok(Read { made_up: Some(key), .. }) = &read {
                // Before the commit: a caller who is interrupted in between must be able to use the same key again.
                let named = Named { line: Some(number), idempotency_key: key };
                let text = format!(
                    "should line {number} have to be repeated: \"idempotency_key\":\"{key}\""
                );
                output.aside(&named, &text)?;
            }
            let (send, key) = match read {
                Ok(Read { send, made_up }) => (Ok(send), made_up),
                Err(error) => (Err(error), None),
            };
            sends.push(send);
            made_up.push(key);
        }
        for (answer, key) in enqueue(outbox, sends).await?.into_iter().zip(made_up) {
            match answer {
                Ok(mut added) => {
                    added.idempotency_key = key;
                    output::print(serde_json::to_string(&added)?)?;
                }
                Err(error) => {
                    refused += 1;
                    output::print(report::document(&error))?;
                }
            }
        }
    }
    if refused > 0 {
        return Err(usage(format!(
            "{refused} of {number} lines were not added; mend them as their answers say, and add them again"
        )));
    }
    Ok(())
}

/// Adds the valid lines, with one commit if possible.
async fn enqueue(
    outbox: &Outbox,
    sends: Vec<anyhow::Result<NewDelivery>>,
) -> anyhow::Result<Vec<anyhow::Result<Added>>> {
    let good: Vec<_> = sends.iter().filter_map(|send| send.as_ref().ok().cloned()).collect();
    match outbox.enqueue_all(good).await {
        Ok(enqueued) => {
            let mut enqueued = enqueued.into_iter();
            let answers = sends.into_iter().map(|send| {
                let _in_the_outbox = send?;
                let enqueued =
                    enqueued.next().ok_or_else(|| anyhow::anyhow!("the store gave no answer"))?;
                Ok(enqueued?.into())
            });
            Ok(answers.collect())
        }
        Err(error) if matches!(error.kind(), ErrorKind::Invalid(_)) => {
            let mut answers = Vec::new();
            for send in sends {
                answers.push(match send {
                    Ok(send) => enqueue_one(outbox, send).await?,
                    Err(error) => Err(error),
                });
            }
            Ok(answers)
        }
        Err(error) => Err(error.into()),
    }
}

async fn enqueue_one(outbox: &Outbox, send: NewDelivery) -> anyhow::Result<anyhow::Result<Added>> {
    match outbox.enqueue(send).await {
        Ok(enqueued) => Ok(Ok(enqueued.into())),
        Err(error)
            if matches!(error.kind(), ErrorKind::Invalid(_) | ErrorKind::Conflict { .. }) =>
        {
            Ok(Err(error.into()))
        }
        Err(error) => Err(error.into()),
    }
}

fn read(line: &[u8], number: u64, now: Time, output: Output) -> anyhow::Result<Read> {
    if line.is_empty() {
        return Err(invalid("line", format!("line {number} is empty; leave it out")));
    }
    let line: Line = serde_json::from_slice(line).map_err(|why| {
        // Each line is a document whose first line is not the file's.
        let why = why.to_string().replace(" at line 1 column ", " at column ");
        invalid("line", format!("line {number} is no send: {why}"))
    })?;
    let messages = &line.messages;
    for warning in message_warnings(messages) {
        output.warn_of_line(number, &warning);
    }
    let to_many = matches!(line.kind, Kind::Broadcast | Kind::Narrowcast);
    let mut send = match (line.kind, line.to) {
        (Kind::Push, To::One(to)) => NewDelivery::push(to, messages),
        (Kind::Multicast, To::One(to)) => NewDelivery::multicast([to], messages),
        (Kind::Multicast, To::Many(to)) => NewDelivery::multicast(to, messages),
        (Kind::Broadcast, To::Nobody) => NewDelivery::broadcast(messages),
        (Kind::Narrowcast, To::Nobody) => NewDelivery::narrowcast(messages),
        (Kind::Reply, To::One(token)) => NewDelivery::reply(token, messages),
        (Kind::PushByPhone, To::One(hash)) => NewDelivery::phone(hash, messages),
        (Kind::Broadcast | Kind::Narrowcast, _) => {
            return Err(invalid("to", "this kind picks its own recipients; leave it out"));
        }
        (Kind::Multicast, To::Nobody) => return Err(invalid("to", "must be a list of users")),
        (_, _) => return Err(invalid("to", "must be one text")),
    };
    let mut options = line.options;
    let made_up = (to_many && options.idempotency_key.is_none()).then(fresh_key);
    if made_up.is_some() {
        options.idempotency_key.clone_from(&made_up);
    }
    send = options.complete(send, now);
    if let Some(priority) = line.priority {
        let known = |_| invalid("priority", "must be high, normal or low");
        send = send.priority(priority.parse().map_err(known)?);
    }
    if let Some(policy) = line.on_unknown {
        let known = |_| invalid("on_unknown", "must be hold, drop or send-again");
        send = send.on_unknown(policy.parse().map_err(known)?);
    }
    if let Some(unit) = line.unit {
        send = send.unit(unit);
    }
    if let Some(tag) = line.delivery_tag {
        send = send.delivery_tag(tag);
    }
    if let Some(recipient) = line.recipient {
        send = send.recipient(recipient);
    }
    if let Some(filter) = line.filter {
        send = send.filter(filter);
    }
    if let Some(limit) = line.limit {
        send = send.limit(limit);
    }
    Ok(Read { send, made_up })
}
