//! One file per verb: its arguments, its call, and its output.

mod api;
mod bot_info;
mod broadcast;
mod budget;
mod campaign;
mod completions;
mod content;
mod demo;
mod doctor;
mod flex;
mod gateway;
mod hold;
mod inbox;
mod loading;
mod man;
mod mark_as_read;
mod mcp;
mod message;
mod multicast;
mod narrowcast;
mod narrowcast_progress;
mod notify;
mod outbox;
mod preview;
mod push;
mod push_by_phone;
mod quota;
mod quota_consumption;
mod reply;
mod richmenu;
mod sent_count;
mod sim;
mod store;
mod validate;
mod webhook;
mod worker;

use clap::{Command, Subcommand};

use crate::output::Output;

/// What to do. A verb's arguments are put together only when it is called or its help is asked for: all of them together
/// cost more time than sending a message. Groups of arguments that verbs share have comments with two strokes, because one
/// with three would take the place of the verb's own purpose in its help.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Verb {
    /// Send messages to a user, a group or a room
    Push(push::Push),
    /// Answer a webhook's event; a reply costs none of the month's messages
    Reply(reply::Reply),
    /// Send the same messages to up to 500 users
    Multicast(multicast::Multicast),
    /// Send messages to every friend of the account
    Broadcast(broadcast::Broadcast),
    /// Send a LINE notification message to a phone number
    PushByPhone(push_by_phone::PushByPhone),
    /// Send messages to the friends that a filter picks
    Narrowcast(narrowcast::Narrowcast),
    /// Show the progress of a narrowcast
    NarrowcastProgress(narrowcast_progress::NarrowcastProgress),
    /// Check messages without sending them
    Validate(validate::Validate),
    /// Show how many messages the account may send this month
    Quota(quota::Quota),
    /// Show roughly how many messages the account has sent this month
    QuotaConsumption(quota_consumption::QuotaConsumption),
    /// Show how many messages were sent on a day
    SentCount(sent_count::SentCount),
    /// Show the loading animation in a user's chat
    Loading(loading::Loading),
    /// Mark a user's messages as read
    MarkAsRead(mark_as_read::MarkAsRead),
    /// Show the account that the token belongs to
    BotInfo(bot_info::BotInfo),
    /// Download the picture, video, audio or file of a message
    Content(content::Content),
    /// Create or update rich menus from a file, and list them
    Richmenu(richmenu::Richmenu),
    /// Call any operation of the platform by its name
    Api(api::Api),
    /// Work on messages in JSON
    Message(message::Message),
    /// Draw Flex layouts in JSON
    Flex(flex::Flex),
    /// Read, verify, send and receive webhooks
    Webhook(webhook::Webhook),
    /// Add sends to a durable store, and find, cancel, retry or drop them
    Outbox(outbox::Outbox),
    /// Find, retry or drop the webhook events that a bot keeps in its store
    Inbox(inbox::InboxArgs),
    /// Send one message to a list of any length, each recipient once
    Campaign(campaign::Campaign),
    /// Deliver what is in the outbox
    Worker(worker::Worker),
    /// Stop sends of a store until they are released, or list what is stopped
    Hold(hold::Hold),
    /// Release what `hikyaku hold` has stopped
    Release(hold::Release),
    /// Limit how many recipients a fairness key reaches
    Budget(budget::Budget),
    /// Move a store to another, or take a restored one into use
    Store(store::Store),
    /// Call LINE Notify's API on a gateway that serves it
    Notify(notify::Notify),
    /// Serve durable versions of LINE's and LINE Notify's APIs, and manage their keys and tokens
    Gateway(gateway::Gateway),
    /// Run a simulator of LINE on this machine, watch it and act in it
    Sim(sim::Sim),
    /// Let a language model use LINE, on a simulator unless told otherwise
    Mcp(mcp::Mcp),
    /// Look for what keeps messages and webhooks from arriving
    Doctor(doctor::Doctor),
    /// Watch messages being delivered by a simulator in the same process
    Demo(demo::Demo),
    /// Generate shell completions
    Completions(completions::Completions),
    /// Generate man pages
    Man(man::Man),
}

impl Verb {
    /// Returns whether the verb does much at once, rather than making a single call.
    pub(crate) fn serves(&self) -> bool {
        match self {
            Self::Sim(verb) => verb.serves(),
            Self::Demo(_) => true,
            _ => self.works_alone(),
        }
    }

    /// Returns whether it runs unattended for long, so that its log reports problems.
    pub(crate) fn works_alone(&self) -> bool {
        match self {
            Self::Worker(_) => true,
            Self::Outbox(verb) => verb.works_alone(),
            Self::Campaign(verb) => verb.sends(),
            Self::Gateway(verb) => verb.serves(),
            Self::Mcp(verb) => verb.listens(),
            _ => false,
        }
    }

    /// `whole` is the command with all its verbs.
    pub(crate) async fn run(self, output: Output, whole: fn() -> Command) -> anyhow::Result<()> {
        match self {
            Self::Push(verb) => verb.run(output).await,
            Self::Reply(verb) => verb.run(output).await,
            Self::Multicast(verb) => verb.run(output).await,
            Self::Broadcast(verb) => verb.run(output).await,
            Self::PushByPhone(verb) => verb.run(output).await,
            Self::Narrowcast(verb) => verb.run(output).await,
            Self::NarrowcastProgress(verb) => verb.run(output).await,
            Self::Validate(verb) => verb.run(output).await,
            Self::Quota(verb) => verb.run(output).await,
            Self::QuotaConsumption(verb) => verb.run(output).await,
            Self::SentCount(verb) => verb.run(output).await,
            Self::Loading(verb) => verb.run(output).await,
            Self::MarkAsRead(verb) => verb.run(output).await,
            Self::BotInfo(verb) => verb.run(output).await,
            Self::Content(verb) => verb.run(output).await,
            Self::Richmenu(verb) => verb.run(output).await,
            Self::Api(verb) => verb.run(output).await,
            Self::Message(verb) => verb.run(output),
            Self::Flex(verb) => verb.run(output),
            Self::Webhook(verb) => verb.run(output).await,
            Self::Outbox(verb) => verb.run(output).await,
            Self::Inbox(verb) => verb.run(output).await,
            Self::Campaign(verb) => verb.run(output).await,
            Self::Worker(verb) => verb.run(output).await,
            Self::Hold(verb) => verb.run(output).await,
            Self::Release(verb) => verb.run(output).await,
            Self::Budget(verb) => verb.run(output).await,
            Self::Store(verb) => verb.run(output).await,
            Self::Notify(verb) => verb.run(output).await,
            Self::Gateway(verb) => verb.run(output).await,
            Self::Sim(verb) => verb.run(output).await,
            Self::Mcp(verb) => verb.run(output).await,
            Self::Doctor(verb) => verb.run(output).await,
            Self::Demo(verb) => verb.run(output).await,
            Self::Completions(verb) => verb.run(whole()),
            Self::Man(verb) => verb.run(output, whole()),
        }
    }
}
