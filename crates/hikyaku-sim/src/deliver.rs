//! The delivery of webhooks: the part of a simulator that calls instead of being called.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hikyaku_model::event::DeliveryContext;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::{
    clock::later,
    poster::{self, Post},
    shared::Shared,
    state::{
        World,
        webhook::{Verdict, WebhookReason},
    },
};

/// How many webhooks are posted at once.
const AT_ONCE: usize = 64;

/// Posts webhooks as they come, until it is aborted.
pub(crate) async fn deliver(shared: Arc<Shared>) {
    let mut posts = JoinSet::new();
    loop {
        while posts.len() < AT_ONCE
            && let Some((id, post)) = next(&mut shared.world())
        {
            let shared = shared.clone();
            posts.spawn(async move {
                let began = Instant::now();
                let (verdict, answer) = shared.poster.send(post).await;
                let attempt = shared.change(|world| end(world, id, verdict, began.elapsed()));
                if let Some(answer) = answer {
                    tokio::spawn(async move {
                        let words = poster::read_start(answer).await;
                        if !words.is_empty() {
                            shared.change(|world| world.webhooks.note_answer(id, attempt, words));
                        }
                    });
                }
            });
        }
        tokio::select! {
            () = shared.webhooks_wait.notified() => {}
            Some(_) = posts.join_next() => {}
        }
    }
}

/// The next webhook that can be posted.
fn next(world: &mut World) -> Option<(u64, Post)> {
    let now = world.clock.now();
    loop {
        let (id, webhook) = world.webhooks.next()?;
        let channel = &mut world.channels[webhook.channel];
        let Some(url) = channel.webhook.active_url().map(str::to_owned) else {
            let verdict =
                Verdict::failed(WebhookReason::CouldNotConnect, "the webhook URL was taken away");
            world.webhooks.end(id, &channel.id, verdict, None, (now, Duration::ZERO));
            continue;
        };
        let mut event = webhook.event.clone();
        if !webhook.attempts.is_empty() {
            event.delivery_context.get_or_insert_with(DeliveryContext::default).is_redelivery =
                true;
            let at = event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok());
            if let (Some(token), Some(at)) = (event.reply_token(), at) {
                channel.renew_reply_token(token, at, now);
            }
        }
        return Some((id, Post::new(channel, &url, &[event])));
    }
}

/// Notes how a post went, and when to try again; gives the place of the try.
fn end(world: &mut World, id: u64, verdict: Verdict, took: Duration) -> u64 {
    let now = world.clock.now();
    let Some(webhook) = world.webhooks.get(id) else { return 0 };
    let channel = &world.channels[webhook.channel];
    let schedule = &world.settings.webhook.schedule;
    let wait = schedule.get(webhook.attempts.len()).filter(|_| channel.webhook.redelivery);
    let wait = wait.and_then(|wait| SignedDuration::try_from(*wait).ok());
    let again = wait.map(|wait| later(now, wait));
    tracing::debug!(channel = %channel.id, webhook = id, reason = ?verdict.reason, "posted a webhook");
    world.webhooks.end(id, &channel.id, verdict, again, (now, took));
    world.webhooks.attempts()
}
