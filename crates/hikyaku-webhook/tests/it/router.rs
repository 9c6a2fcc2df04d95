use std::{
    ops::ControlFlow,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{self, Poll},
    time::{Duration, SystemTime},
};

use hikyaku_model::event::{ContentType, EventType};
use hikyaku_webhook::{
    BoxError, BoxFuture, Context, Outcome, Regex, Router, Seen, SeenInMemory, Webhook,
};
use proptest::prelude::*;
use serde_json::json;

use crate::{texts, webhook};

/// What the handlers note down.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A handler that notes this name.
fn note(
    name: &'static str,
) -> impl Fn(Context<Log>) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync {
    move |context| {
        Box::pin(async move {
            context.state.add(name);
            Ok(())
        })
    }
}

/// What became of the events, in one word each, and what was noted meanwhile.
async fn handle(router: &Router<Log>, log: &Log, webhook: Webhook) -> (Vec<String>, Vec<String>) {
    let outcomes = router.handle(webhook, SystemTime::UNIX_EPOCH).await;
    let outcomes = outcomes.iter().map(|outcome| match &**outcome {
        Outcome::Failed(error) => format!("failed: {error}"),
        Outcome::Panicked(text) => format!("panicked: {text}"),
        other => format!("{other:?}").to_lowercase(),
    });
    (outcomes.collect(), log.take())
}

#[tokio::test]
async fn each_event_goes_to_the_first_handler_that_is_for_it() {
    let log = Log::default();
    let router = Router::new(log.clone())
        .on_text("hi", note("text"))
        .on_text_prefix("/echo ", note("prefix"))
        .on_text_regex(Regex::new("^[0-9]+$").unwrap(), note("regex"))
        .on_message(ContentType::Text, note("any text"))
        .on_message(ContentType::Sticker, note("sticker"))
        .on_postback("buy", note("buy"))
        .on(EventType::Postback, note("any postback"))
        .on_if(hikyaku_model::Event::is_redelivery, note("again"))
        .on(EventType::Follow, note("follow"))
        .on(EventType::Unknown, note("unknown"));
    let events = json!([
        {"type": "message", "message": {"type": "text", "id": "1", "text": " hi\n"}},
        {"type": "message", "message": {"type": "text", "id": "1", "text": "/echo hi"}},
        {"type": "message", "message": {"type": "text", "id": "1", "text": "42"}},
        {"type": "message", "message": {"type": "text", "id": "1", "text": "hi there"}},
        {"type": "message", "message": {"type": "sticker", "id": "1", "packageId": "1", "stickerId": "1"}},
        {"type": "message", "message": {"type": "hologram", "id": "1"}},
        {"type": "postback", "postback": {"data": "buy&item=42"}},
        {"type": "postback", "postback": {"data": "buyer"}},
        {"type": "follow", "deliveryContext": {"isRedelivery": true}},
        {"type": "follow"},
        {"type": "messageReaction"},
        {"type": "unsend"},
        {"type": "leave"},
    ]);
    let (outcomes, notes) = handle(&router, &log, webhook(&events)).await;
    assert_eq!(
        notes,
        [
            "text",
            "prefix",
            "regex",
            "any text",
            "sticker",
            "buy",
            "any postback",
            "again",
            "follow",
            "unknown",
            "unknown"
        ]
    );
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "unhandled").count(), 2);
    let router = router.fallback(note("default"));
    assert_eq!(handle(&router, &log, webhook(&json!([{"type": "leave"}]))).await.1, ["default"]);
}

#[tokio::test]
async fn a_panic_or_an_error_ends_its_own_event_only() {
    let log = Log::default();
    let router = Router::new(log.clone())
        .on_text("panic", async |context: Context<Log>| -> () {
            tokio::task::yield_now().await;
            context.state.add("before the panic");
            panic!("nothing there")
        })
        .on_text("at once", |_| -> BoxFuture<'static, Result<(), BoxError>> {
            panic!("at {}", "once")
        })
        .on_if(|event| event.text().unwrap().starts_with('!'), note("bang"))
        .on_text("fail", async |_| Err::<(), _>("no luck"))
        .fallback(note("fine"));
    let (outcomes, notes) =
        handle(&router, &log, texts(&["panic", "at once", "fail", "!", "x"])).await;
    assert_eq!(
        outcomes,
        ["panicked: nothing there", "panicked: at once", "failed: no luck", "handled", "handled"]
    );
    assert_eq!(notes, ["before the panic", "bang", "fine"]);
    let (outcomes, _) = handle(&router, &log, webhook(&json!([{"type": "join"}]))).await;
    assert!(outcomes[0].starts_with("panicked: called `Option::unwrap()`"), "in a condition, too");
}

#[tokio::test]
async fn a_destructor_that_panics_ends_its_own_event_only() {
    /// Panics when it is polled, and again when it is dropped.
    struct Twice;
    impl Future for Twice {
        type Output = Result<(), BoxError>;
        fn poll(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<Self::Output> {
            panic!("first")
        }
    }
    impl Drop for Twice {
        fn drop(&mut self) {
            panic!("second")
        }
    }
    let log = Log::default();
    let router = Router::new(log.clone()).on_text("panic", |_| Twice).fallback(note("fine")).after(
        async |context: Context<Log>, outcome: Arc<Outcome>| {
            context.state.add(format!("{outcome:?}"));
        },
    );
    let (outcomes, notes) = handle(&router, &log, texts(&["panic", "x"])).await;
    assert_eq!(outcomes, ["panicked: first", "handled"]);
    assert_eq!(notes, ["Panicked(\"first\")", "fine", "Handled"]);
}

#[tokio::test]
async fn an_event_in_standby_is_passed_by_unless_the_bot_asks_for_it() {
    let log = Log::default();
    let router = || {
        Router::new(log.clone())
            .before(async |context: Context<Log>| {
                context.state.add("before");
                ControlFlow::Continue(())
            })
            .fallback(note("handler"))
            .after(async |context: Context<Log>, _| context.state.add("after"))
    };
    let events = || {
        webhook(&json!([
            {"type": "join", "mode": "standby"},
            {"type": "join", "mode": "active"},
            {"type": "join", "mode": "something new"},
        ]))
    };
    let all = ["before", "handler", "after"];
    let (outcomes, notes) = handle(&router(), &log, events()).await;
    assert_eq!(outcomes, ["standby", "handled", "handled"]);
    assert_eq!(notes, [&["after"], &all[..], &all].concat());
    let (outcomes, notes) = handle(&router().standby(), &log, events()).await;
    assert_eq!(outcomes, ["handled"; 3]);
    assert_eq!(notes, all.repeat(3));
}

#[tokio::test]
async fn what_nobody_did_reaches_no_handler() {
    let log = Log::default();
    let router = Router::new(log.clone()).standby().fallback(note("handler"));
    let dummy = |token: &str| {
        json!({"type": "message", "mode": "active", "replyToken": token,
        "source": {"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeef"},
        "message": {"type": "text", "id": "100001", "text": "Hello, world"}})
    };
    let events = json!([
        dummy("00000000000000000000000000000000"),
        dummy("ffffffffffffffffffffffffffffffff"),
        dummy("757913772c4646b784d4b7ce46d12671"),
    ]);
    let (outcomes, notes) = handle(&router, &log, webhook(&events)).await;
    assert_eq!(outcomes, ["dummy", "dummy", "handled"]);
    assert_eq!(notes, ["handler"]);
}

#[tokio::test]
async fn a_failure_is_logged_with_its_event_even_if_nothing_comes_after() {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _logged = tracing::subscriber::set_default(subscriber);
    let router = Router::new(()).fallback(async |_| Err::<(), _>("no luck"));
    router.handle(texts(&["secret words"]), SystemTime::UNIX_EPOCH).await;
    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("ERROR webhook_event{type=\"message\" id=\"0\""), "{lines}");
    assert!(lines.contains("no luck"), "{lines}");
    assert!(!lines.contains("secret words") && !lines.contains("token 0"), "{lines}");
}

#[tokio::test]
async fn what_comes_before_can_stop_or_fail_and_what_comes_after_sees_it_all() {
    let log = Log::default();
    let router = Router::new(log.clone())
        .before(async |context: Context<Log>| {
            context.state.add("first");
            match context.event.text() {
                Some("stop") => Ok(ControlFlow::Break(())),
                Some("fail") => Err("not today"),
                _ => Ok(ControlFlow::Continue(())),
            }
        })
        .before(async |context: Context<Log>| {
            context.state.add("second");
            ControlFlow::Continue(())
        })
        .fallback(note("handler"))
        .after(async |_, _| panic!("nobody hears"))
        .after(async |context: Context<Log>, outcome: Arc<Outcome>| {
            context.state.add(format!("after {:?} {outcome:?}", context.event.text().unwrap()));
        });
    let (outcomes, notes) = handle(&router, &log, texts(&["go", "stop", "fail"])).await;
    assert_eq!(outcomes, ["handled", "stopped", "failed: not today"]);
    assert_eq!(
        notes,
        [
            "first",
            "second",
            "handler",
            "after \"go\" Handled",
            "first",
            "after \"stop\" Stopped",
            "first",
            "after \"fail\" Failed(\"not today\")",
        ]
    );
}

#[tokio::test]
async fn in_a_group_only_what_is_meant_for_the_bot_reaches_it() {
    let text = |source: serde_json::Value, mine: bool, quoted: Option<&str>| {
        let mention =
            json!({ "mentionees": [{ "index": 0, "length": 4, "type": "user", "isSelf": mine }] });
        let mut message =
            json!({ "type": "text", "id": "1", "text": "@bot hi", "mention": mention });
        if let Some(quoted) = quoted {
            message["quotedMessageId"] = quoted.into();
        }
        json!({ "type": "message", "source": source, "message": message })
    };
    let user = json!({ "type": "user", "userId": "U1" });
    let group = json!({ "type": "group", "groupId": "C1", "userId": "U1" });
    let room = json!({ "type": "room", "roomId": "R1" });
    let sticker = json!({ "type": "sticker", "id": "1", "packageId": "1", "stickerId": "1" });
    let events = json!([
        text(user, false, None),
        text(group.clone(), false, None),
        text(group.clone(), true, None),
        text(room, true, None),
        text(group.clone(), false, Some("mine")),
        text(group.clone(), false, Some("another's")),
        {"type": "message", "source": group, "message": sticker},
        {"type": "memberJoined", "source": group, "joined": {"members": []}},
    ]);
    let log = Log::default();
    let mentioned = Router::new(log.clone()).only_when_mentioned().fallback(note("for me"));
    let outcomes = handle(&mentioned, &log, webhook(&events)).await.0;
    let (handled, stopped) = ("handled", "stopped");
    assert_eq!(outcomes, [handled, stopped, handled, handled, stopped, stopped, stopped, handled]);
    let quoted = Router::new(log.clone())
        .only_when_mentioned_or_quoted(|_, id| id == "mine")
        .fallback(note("for me"));
    let outcomes = handle(&quoted, &log, webhook(&events)).await.0;
    assert_eq!(outcomes, [handled, stopped, handled, handled, handled, stopped, stopped, handled]);
}

#[tokio::test]
async fn in_a_group_an_edit_is_for_the_bot_as_a_message_is() {
    let edit = |mine: bool, quoted: Option<&str>| {
        json!({
            "type": "messageEdited",
            "source": { "type": "group", "groupId": "C1", "userId": "U1" },
            "message": {
                "type": "text", "id": "1", "text": "@bot hi", "quotedMessageId": quoted,
                "mention": { "mentionees": [{ "index": 0, "length": 4, "type": "user", "isSelf": mine }] },
            },
        })
    };
    let events = json!([edit(false, None), edit(true, None), edit(false, Some("mine"))]);
    let log = Log::default();
    let mentioned = Router::new(log.clone())
        .only_when_mentioned()
        .on_text_prefix("@bot", note("a command runs once"))
        .fallback(async |context: Context<Log>| {
            context.state.add(context.event.without_my_mentions().unwrap_or_default());
        });
    let (outcomes, notes) = handle(&mentioned, &log, webhook(&events)).await;
    assert_eq!(outcomes, ["stopped", "handled", "stopped"]);
    assert_eq!(notes, ["hi"]);
    let quoted = Router::new(log.clone())
        .only_when_mentioned_or_quoted(|_, id| id == "mine")
        .fallback(note("for me"));
    let outcomes = handle(&quoted, &log, webhook(&events)).await.0;
    assert_eq!(outcomes, ["stopped", "handled", "handled"]);
}

#[tokio::test]
async fn an_event_that_comes_twice_is_handled_once_with_or_without_the_mark() {
    let log = Log::default();
    let router = Router::new(log.clone()).once(SeenInMemory::default()).fallback(note("handled"));
    let join = |id: Option<&str>, again| json!([{"type": "join", "webhookEventId": id, "deliveryContext": {"isRedelivery": again}}]);
    for (events, outcome) in [
        (join(Some("1"), false), "handled"),
        (join(Some("1"), true), "duplicate"),
        (join(Some("1"), false), "duplicate"),
        (join(Some("2"), true), "handled"), // the first was lost on its way
        (join(None, false), "handled"),
        (join(None, false), "handled"),
    ] {
        assert_eq!(handle(&router, &log, webhook(&events)).await.0, [outcome], "{events}");
    }
}

#[tokio::test]
async fn an_event_is_handled_when_the_store_cannot_tell() {
    struct Down;
    impl Seen for Down {
        fn is_first<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
            Box::pin(async { Err("the store is down".into()) })
        }
    }
    let log = Log::default();
    let router = Router::new(log.clone()).once(Down).fallback(note("handled"));
    assert_eq!(handle(&router, &log, texts(&["x"])).await.0, ["handled"]);
}

#[tokio::test]
async fn a_handler_gets_destination_time_and_the_reply_token_once() {
    let log = Log::default();
    let router = Router::new(log.clone()).fallback(async |context: Context<Log>| {
        let now = context.received_at + Duration::from_secs(1);
        let token = context.reply_token().ok_or("no token")?.take(now)?;
        assert!(context.clone().reply_token().is_none());
        context.state.add(format!("{token} for {}", context.destination.as_deref().unwrap_or("?")));
        Ok::<(), BoxError>(())
    });
    let (_, notes) = handle(&router, &log, texts(&["a", "b"])).await;
    assert_eq!(notes, ["token 0 for Ubot", "token 1 for Ubot"]);
}

proptest! {
    #[test]
    fn whatever_users_send_every_event_is_routed(
        said in prop::collection::vec(".{0,30}|[a-c0-9/ ]{0,8}", 0..8),
        data in "buy.{0,3}|.{0,8}",
    ) {
        let log = Log::default();
        let router = Router::new(log.clone())
            .on_text_prefix("a", note("prefix"))
            .on_text_regex(Regex::new("(a|b|ab)*c$").unwrap(), note("regex"))
            .on_postback("buy", note("buy"))
            .fallback(note("default"));
        let mut webhook = texts(&said.iter().map(String::as_str).collect::<Vec<_>>());
        webhook.events.extend(crate::webhook(&json!([{"type": "postback", "postback": {"data": data}}])).events);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (outcomes, notes) = runtime.block_on(handle(&router, &log, webhook));
        prop_assert_eq!(outcomes, vec!["handled"; said.len() + 1]);
        prop_assert_eq!(notes.len(), said.len() + 1);
    }
}

#[tokio::test]
async fn a_handler_returns_nothing_or_a_result_with_any_error() {
    #[derive(Debug)]
    struct NoLuck;
    impl std::fmt::Display for NoLuck {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("no luck")
        }
    }
    impl std::error::Error for NoLuck {}

    async fn nothing(context: Context<Log>) {
        context.state.add("nothing");
    }
    async fn error(_: Context<Log>) -> Result<(), NoLuck> {
        Err(NoLuck)
    }
    async fn boxed(_: Context<Log>) -> Result<(), BoxError> {
        Err("boxed".into())
    }

    let log = Log::default();
    let router = Router::new(log.clone())
        .on_text("nothing", nothing)
        .on_text("error", error)
        .on_text("boxed", boxed)
        .fallback(async |_| Err::<(), _>("text".to_owned()));
    let (outcomes, notes) =
        handle(&router, &log, texts(&["nothing", "error", "boxed", "other"])).await;
    assert_eq!(outcomes, ["handled", "failed: no luck", "failed: boxed", "failed: text"]);
    assert_eq!(notes, ["nothing"]);
}
