use anyhow::Context;
use clap::{Args, Subcommand};
use hikyaku_sender::NewDelivery;

use super::{
    added::{Added, Named, fresh_key},
    batch,
    options::Options,
};
use crate::{
    failure::{Aftermath, usage},
    messages::MessageArgs,
    output::{self, Output},
    recipients::RecipientArgs,
    store::StoreArgs,
    targeting::TargetingArgs,
};

/// Add a send, or a file of them; ends after it is on disk
#[derive(Debug, Args)]
#[command(after_help = "\
A line of a --batch file:
  {\"kind\":\"push\",\"to\":\"U4af4980629…\",\"messages\":[{\"type\":\"text\",\"text\":\"paid\"}]}

It may also have idempotency_key, reference, tell_outcome, traceparent, tracestate, order_key, fairness_key, channel, at, \
expires, priority, on_unknown, notification_disabled, unit, delivery_tag, recipient, filter and limit.

Examples:
  hikyaku outbox add push \"$USER_ID\" --text paid --idempotency-key order-17
  hikyaku outbox add multicast --to-file friends.txt --text 'hello' --at 2h --expires 4h
  hikyaku outbox add broadcast --text 'we open at nine' --idempotency-key opening
  hikyaku outbox add push \"$USER_ID\" --text shipped --order-key \"$USER_ID\"
  hikyaku outbox add reply \"$REPLY_TOKEN\" --text 'on its way'
  hikyaku outbox add --batch - < sends.jsonl")]
pub(super) struct Add {
    #[command(subcommand)]
    kind: Option<Kind>,

    #[arg(
        long,
        value_name = "FILE",
        help = "A file of sends, one JSON object a line: {\"kind\",\"to\",\"messages\",\"idempotency_key\"} (- is stdin); \
                prints an answer for each line, in order, after it is on disk"
    )]
    batch: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Add a push to a user, a group or a room
    #[command(after_help = "\
Examples:
  hikyaku outbox add push \"$USER_ID\" --text 'your order is paid' --idempotency-key order-17
  hikyaku outbox add push \"$GROUP_ID\" --text 'doors open' --at 2026-12-24T18:00:00+09:00 \\
      --expires 2026-12-24T20:00:00+09:00")]
    Push {
        /// Id of the user, group or room
        to: String,
        #[command(flatten)]
        unit: Unit,
        #[command(flatten)]
        send: Send,
    },
    /// Add a multicast to up to 500 users
    #[command(after_help = "\
Examples:
  hikyaku outbox add multicast \"$USER_ID\" \"$OTHER_ID\" --text 'tomorrow at ten' --at 2h
  hikyaku outbox add multicast --to-file friends.txt --text 'hello' --idempotency-key hello")]
    Multicast {
        #[command(flatten)]
        to: RecipientArgs,
        #[command(flatten)]
        unit: Unit,
        #[command(flatten)]
        send: Send,
    },
    /// Add a broadcast to every friend
    #[command(after_help = "\
Without --idempotency-key it gets a new one, which stderr names: if the command was interrupted, repeat it with that key.

Examples:
  hikyaku outbox add broadcast --text 'we open at nine' --idempotency-key opening
  hikyaku outbox add broadcast --message @news.json --at 2026-12-24T18:00:00+09:00")]
    Broadcast {
        #[command(flatten)]
        send: Send,
    },
    /// Add a narrowcast to the friends that a filter picks
    #[command(after_help = "\
Without --idempotency-key it gets a new one, which stderr names: if the command was interrupted, repeat it with that key.

Examples:
  hikyaku outbox add narrowcast --text 'hello' --limit-max 1000 --idempotency-key hello
  hikyaku outbox add narrowcast --text 'sale' --idempotency-key sale \\
      --filter '{\"demographic\":{\"type\":\"age\",\"gte\":\"age_20\",\"lt\":\"age_25\"}}'")]
    Narrowcast {
        #[command(flatten)]
        send: Send,
        #[command(flatten)]
        targeting: TargetingArgs,
    },
    /// Add a reply to a webhook's event, sent at most once and within a minute
    #[command(after_help = "\
A reply token works for about a minute: a worker must be at work already.

Example:
  hikyaku outbox add reply \"$REPLY_TOKEN\" --text 'on its way'")]
    Reply {
        /// The event's replyToken
        reply_token: String,
        #[command(flatten)]
        send: Send,
    },
    /// Add a push to a phone number, sent at most once
    #[command(after_help = "\
The hash is the SHA-256 of the number in E.164 form, in 64 lower-case hexadecimal digits.

Examples:
  HASH=$(printf %s +818000001234 | sha256sum | cut -d ' ' -f 1)
  hikyaku outbox add push-by-phone \"$HASH\" --text 'your parcel is here'")]
    PushByPhone {
        /// The phone number's SHA-256
        hash: String,
        /// What the webhook about the delivery brings back: 16 to 100 characters
        #[arg(long, value_name = "TAG")]
        delivery_tag: Option<String>,
        #[command(flatten)]
        send: Send,
    },
}

#[derive(Debug, Args)]
struct Unit {
    /// Count opens and taps under this name, 1 to 30 of a-z, A-Z, 0-9 and _
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,
}

// The messages and options of every kind of send.
#[derive(Debug, Args)]
struct Send {
    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    options: Options,
}

impl Add {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let kind = match (self.batch, self.kind) {
            (Some(path), None) => {
                return batch::add(&path, &store.open_or_make().await?, output).await;
            }
            (None, Some(kind)) => kind,
            (None, None) => {
                return Err(usage(
                    "nothing to add; say push, multicast, broadcast, narrowcast, reply or push-by-phone, or --batch FILE",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(usage(
                    "--batch has sends of its own; leave the one on the command line out",
                ));
            }
        };
        let to_many = matches!(kind, Kind::Broadcast { .. } | Kind::Narrowcast { .. });
        let (delivery, mut send) = kind.read(output)?;
        let outbox = store.open_or_make().await?;
        if to_many && send.options.idempotency_key.is_none() {
            let key = fresh_key();
            // Before the commit: a caller who is interrupted in between must be able to use the same key again.
            let text = format!("should this have to be repeated: --idempotency-key {key}");
            output.aside(&Named { line: None, idempotency_key: &key }, &text)?;
            send.options.idempotency_key = Some(key);
        }
        let now = outbox.now().await?;
        let added = Added::from(outbox.enqueue(send.options.complete(delivery, now)).await?);
        output::print(serde_json::to_string(&added)?).with_context(|| {
            let id = added.delivery_id;
            Aftermath(format!("the send is in the outbox as delivery {id}; do not add it again"))
        })
    }
}

impl Kind {
    fn read(self, output: Output) -> anyhow::Result<(NewDelivery, Send)> {
        Ok(match self {
            Self::Push { to, unit, send } => {
                (unit.of(NewDelivery::push(to, &send.messages.read(output)?)), send)
            }
            Self::Multicast { to, unit, send } => {
                let to = to.read()?.into_iter().map(|id| id.as_str().to_owned());
                (unit.of(NewDelivery::multicast(to, &send.messages.read(output)?)), send)
            }
            Self::Broadcast { send } => {
                (NewDelivery::broadcast(&send.messages.read(output)?), send)
            }
            Self::Narrowcast { targeting, send } => {
                let messages = send.messages.read(output)?;
                (NewDelivery::narrowcast(&messages).targeting(targeting.read()?), send)
            }
            Self::Reply { reply_token, send } => {
                (NewDelivery::reply(reply_token, &send.messages.read(output)?), send)
            }
            Self::PushByPhone { hash, delivery_tag, send } => {
                let mut push = NewDelivery::phone(hash, &send.messages.read(output)?);
                if let Some(tag) = delivery_tag {
                    push = push.delivery_tag(tag);
                }
                (push, send)
            }
        })
    }
}

impl Unit {
    fn of(self, delivery: NewDelivery) -> NewDelivery {
        match self.unit {
            Some(unit) => delivery.unit(unit),
            None => delivery,
        }
    }
}
