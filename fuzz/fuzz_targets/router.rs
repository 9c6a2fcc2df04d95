//! The events of a body, through a router with every kind of route.
#![no_main]

use std::{
    ops::ControlFlow,
    sync::LazyLock,
    task::{Context as Task, Poll, Waker},
    time::SystemTime,
};

use hikyaku_model::event::{ContentType, EventType};
use hikyaku_webhook::{BoxError, Context, Regex, Router, SeenInMemory, Webhook};
use libfuzzer_sys::fuzz_target;

static ROUTER: LazyLock<Router<()>> = LazyLock::new(|| {
    Router::new(())
        .once(SeenInMemory::default())
        .before(async |_| Ok(ControlFlow::Continue(())))
        .on_text("hi", async |_| {})
        .on_text_prefix("/echo ", async |_| {})
        .on_text_regex(Regex::new(r"^(\d+)-([a-z]+)*$").expect("a regular expression"), async |_| {})
        .on_message(ContentType::Location, async |_| {})
        .on_postback("action=buy", async |_| Err::<(), _>("no luck"))
        .on(EventType::Follow, async |context: Context<()>| {
            let token = context.reply_token().ok_or("no token")?;
            token.take(context.received_at)?;
            Ok::<(), BoxError>(())
        })
        .on_if(|event| event.chat_id().is_some(), async |_| {})
        .fallback(async |_| {})
});

fuzz_target!(|body: &[u8]| {
    let Ok(webhook) = Webhook::parse(body) else { return };
    let events = webhook.events.len();
    let mut handled = std::pin::pin!(ROUTER.handle(webhook, SystemTime::UNIX_EPOCH));
    match handled.as_mut().poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(outcomes) => assert_eq!(outcomes.len(), events),
        Poll::Pending => panic!("no handler waits"),
    }
});
