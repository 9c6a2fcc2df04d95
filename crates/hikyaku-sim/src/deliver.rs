//! The delivery of webhooks: the part of a simulator that calls instead of being called.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use hikyaku_model::event::DeliveryContext;
use http::Response;
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    clock::later,
    fault::{Effect, Strike, SuspectWebhook},
    poster::{self, ANSWER_TIME, Post},
    shared::Shared,
    state::{
        World,
        webhook::{Verdict, WebhookReason},
    },
};

/// How many webhooks are posted at once.
const AT_ONCE: usize = 64;

/// How long a webhook waits for the next one of its chat where a fault wants it to come after that one.
const HOLD: SignedDuration = SignedDuration::from_secs(10);

/// Posts webhooks as they come, until it is aborted.
pub(crate) async fn deliver(shared: Arc<Shared>) {
    let mut posts = JoinSet::new();
    loop {
        while posts.len() < AT_ONCE
            && let Some((place, post, strike)) = next(&mut shared.world())
        {
            let shared = shared.clone();
            posts.spawn(async move {
                let began = Instant::now();
                let (verdict, answer) = send(&shared, post, strike.as_ref()).await;
                let fault = strike.map(|strike| strike.id);
                let attempt =
                    shared.change(|world| end(world, place, verdict, fault, began.elapsed()));
                if let (Some(answer), Some(attempt)) = (answer, attempt) {
                    tokio::spawn(async move {
                        let words = poster::read_start(answer).await;
                        if !words.is_empty() {
                            shared.change(|world| {
                                if world.epoch == place.epoch {
                                    world.webhooks.note_answer(place.id, attempt, words);
                                }
                            });
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

/// Posts a webhook, as a fault wants it.
async fn send(
    shared: &Shared,
    mut post: Post,
    strike: Option<&Strike>,
) -> (Verdict, Option<Response<Incoming>>) {
    let Some(strike) = strike else { return shared.poster.send(post).await };
    let delay = strike.delay.unwrap_or_default();
    if strike.after_accept {
        let (mut verdict, mut answer) = shared.poster.send(post.clone()).await;
        sleep(delay).await;
        if strike.effect == Effect::Pass {
            if delay >= ANSWER_TIME {
                (verdict, answer) = (timed_out(), None);
            }
            return (verdict, answer);
        }
        if let Some(answer) = answer {
            tokio::spawn(poster::read_start(answer));
        }
    } else {
        sleep(delay).await;
    }
    if strike.effect == Effect::Duplicate {
        // LINE does not hear what the bot answers to this.
        shared.poster.post(post.clone()).await;
    }
    let verdict = match &strike.effect {
        Effect::Answer { status, .. } => Verdict::of_status(*status),
        Effect::Drop if strike.after_accept => timed_out(),
        Effect::Drop => Verdict::failed(WebhookReason::CouldNotConnect, "Connection failed"),
        effect => {
            if *effect == Effect::WrongSignature {
                post.forge();
            }
            return shared.poster.send(post).await;
        }
    };
    (verdict, None)
}

/// What comes of a webhook whose answer does not come in time.
fn timed_out() -> Verdict {
    Verdict::failed(WebhookReason::RequestTimeout, "Request timeout")
}

/// Which webhook is posted. After an import another one may have its id.
#[derive(Clone, Copy, Debug)]
struct Place {
    epoch: u64,
    id: u64,
}

/// The next webhook that can be posted, and what a fault has for it.
fn next(world: &mut World) -> Option<(Place, Post, Option<Strike>)> {
    let now = world.clock.now();
    loop {
        let id = world.webhooks.next()?;
        let held_by = world.webhooks.take_hold(id);
        let can_wait = !world.webhooks.is_waited_for(id);
        let webhook = world.webhooks.get(id)?;
        let (receiver, holder) = (webhook.receiver(), webhook.receiver().holder());
        let url = world.webhook_settings(receiver).active_url().map(str::to_owned);
        let channel_id = world.id_of(holder).clone();
        let Some(url) = url else {
            let verdict =
                Verdict::failed(WebhookReason::CouldNotConnect, "the webhook URL was taken away");
            world.webhooks.end(id, &channel_id, (verdict, None), None, (now, Duration::ZERO));
            continue;
        };
        let event = webhook.event.type_word();
        let suspect = SuspectWebhook { channel: &channel_id, event, can_wait };
        let strike = match held_by {
            Some(fault) => Some(Strike::done(fault)),
            None => world.faults.strike_webhook(suspect, &mut world.random),
        };
        if let Some(Strike { id: fault, delay, effect: Effect::Reorder, .. }) = strike {
            let most = delay.and_then(|delay| delay.try_into().ok()).unwrap_or(HOLD);
            world.webhooks.postpone(id, fault, later(now, most));
            continue;
        }
        let mut event = webhook.event.clone();
        if !webhook.attempts.is_empty() {
            event.delivery_context.get_or_insert_with(DeliveryContext::default).is_redelivery =
                true;
            let at = event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok());
            if let (Some(token), Some(at)) = (event.reply_token(), at) {
                world.channels[receiver.channel].renew_reply_token(token, at, now);
            }
        }
        let bot = &world.channels[receiver.channel].bot;
        let post = Post::new(bot, world.secret_of(holder), &url, &[event]);
        return Some((Place { epoch: world.epoch, id }, post, strike));
    }
}

/// Notes how a post went, and when to try again; gives the place of the try. Nothing where the webhook is gone.
fn end(
    world: &mut World,
    Place { epoch, id }: Place,
    verdict: Verdict,
    fault: Option<String>,
    took: Duration,
) -> Option<u64> {
    let now = world.clock.now();
    let webhook = world.webhooks.get(id).filter(|_| world.epoch == epoch)?;
    let receiver = webhook.receiver();
    let schedule = &world.settings.webhook.schedule;
    let redelivers = world.webhook_settings(receiver).redelivery;
    let wait = schedule.get(webhook.attempts.len()).filter(|_| redelivers);
    let wait = wait.and_then(|wait| SignedDuration::try_from(*wait).ok());
    let again = wait.map(|wait| later(now, wait));
    let channel_id = world.id_of(receiver.holder()).clone();
    tracing::debug!(channel = %channel_id, webhook = id, reason = ?verdict.reason, "posted a webhook");
    world.webhooks.end(id, &channel_id, (verdict, fault), again, (now, took));
    Some(world.webhooks.attempts())
}
