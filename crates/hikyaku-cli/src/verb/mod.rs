//! One file a verb: its words, the call they make, and what is printed.

mod api;
mod bot_info;
mod broadcast;
mod campaign;
mod completions;
mod content;
mod demo;
mod loading;
mod mark_as_read;
mod message;
mod multicast;
mod narrowcast;
mod narrowcast_progress;
mod notify;
mod outbox;
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

use clap::Subcommand;

use crate::output::Output;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Push(push::Push),
    Reply(reply::Reply),
    Multicast(multicast::Multicast),
    Broadcast(broadcast::Broadcast),
    PushByPhone(push_by_phone::PushByPhone),
    Narrowcast(narrowcast::Narrowcast),
    NarrowcastProgress(narrowcast_progress::NarrowcastProgress),
    Validate(validate::Validate),
    Quota(quota::Quota),
    QuotaConsumption(quota_consumption::QuotaConsumption),
    SentCount(sent_count::SentCount),
    Loading(loading::Loading),
    MarkAsRead(mark_as_read::MarkAsRead),
    BotInfo(bot_info::BotInfo),
    Content(content::Content),
    Richmenu(richmenu::Richmenu),
    Api(api::Api),
    Message(message::Message),
    Webhook(webhook::Webhook),
    Outbox(outbox::Outbox),
    Campaign(campaign::Campaign),
    Worker(worker::Worker),
    Store(store::Store),
    Notify(notify::Notify),
    Sim(sim::Sim),
    Demo(demo::Demo),
    Completions(completions::Completions),
}

impl Verb {
    /// Whether the verb has much to do at once, and does not only make a call.
    pub(crate) fn serves(&self) -> bool {
        match self {
            Self::Sim(_) | Self::Demo(_) => true,
            _ => self.works_alone(),
        }
    }

    /// Whether it works for long with nobody to answer, so that its log is how it tells what goes wrong.
    pub(crate) fn works_alone(&self) -> bool {
        match self {
            Self::Worker(_) => true,
            Self::Campaign(verb) => verb.sends(),
            _ => false,
        }
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
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
            Self::Webhook(verb) => verb.run(output).await,
            Self::Outbox(verb) => verb.run(output).await,
            Self::Campaign(verb) => verb.run(output).await,
            Self::Worker(verb) => verb.run(output).await,
            Self::Store(verb) => verb.run(output).await,
            Self::Notify(verb) => verb.run(output).await,
            Self::Sim(verb) => verb.run(output).await,
            Self::Demo(verb) => verb.run(output).await,
            Self::Completions(verb) => verb.run(),
        }
    }
}
