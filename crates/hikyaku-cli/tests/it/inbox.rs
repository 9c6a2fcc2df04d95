//! What people do to the events that a bot has kept.

use axum::{Router as App, body::Body};
use hikyaku::model::ChannelSecret;
use hikyaku_inbox::{Inbox, KeptState, Settings};
use hikyaku_sender::{Outbox, Transaction, Work};
use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier, sign};
use http::{Request, StatusCode};
use serde_json::Value;
use tower_service::Service as _;

use crate::command::Shell;

const ANN: &str = "U4af4980629000000000000000000000a";
const BEN: &str = "U4af4980629000000000000000000000b";

/// A bot that fails at "fail" takes these texts, and is gone.
#[tokio::main(flavor = "current_thread")]
async fn bot(shell: &Shell, texts: &[(&str, &str)]) {
    let secret = ChannelSecret::new("8c570fa6dd201bb328f1c1eac23a96d8").unwrap();
    let store = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    let outbox = Outbox::open(store).await.unwrap();
    let inbox = Inbox::open(&outbox).await.unwrap().settings(Settings::default().attempts(1));
    let handler = async |context: Context<()>| match context.event.text() {
        Some("fail") => Err::<(), BoxError>("the model timed out".into()),
        _ => Ok(()),
    };
    let receiver = Receiver::new(Verifier::new(&secret));
    let (route, work) = inbox.callback(receiver, Router::new(()).fallback(handler));
    let mut app: App = App::new().route("/", route);
    let work = tokio::spawn(work);
    for (at, (user, text)) in texts.iter().enumerate() {
        let body = format!(
            r#"{{"destination":"U0","events":[{{"type":"message","mode":"active","timestamp":{at},"source":{{"type":"user","userId":"{user}"}},"webhookEventId":"event-{at}","deliveryContext":{{"isRedelivery":false}},"message":{{"type":"text","id":"1","quoteToken":"q","text":"{text}"}}}}]}}"#
        );
        let request = Request::post("/")
            .header("x-line-signature", sign(&secret, body.as_bytes()))
            .body(Body::from(body))
            .unwrap();
        assert_eq!(app.call(request).await.unwrap().status(), StatusCode::OK);
    }
    loop {
        let events = inbox.list(hikyaku_inbox::EventFilter::default()).await.unwrap();
        let open = |state| matches!(state, KeptState::Waiting | KeptState::Handling);
        if !events.iter().any(|it| open(it.state)) {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(app);
    work.await.unwrap();
}

/// What a command prints as JSON.
fn json<'a>(shell: &Shell, words: impl IntoIterator<Item = &'a str>) -> Value {
    let outcome = shell.run(words);
    assert_eq!(outcome.code, 0, "{outcome}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn ids(listed: &Value) -> Vec<i64> {
    listed["events"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect()
}

#[test]
fn events_are_found_by_what_they_have_in_common() {
    let shell = Shell::bare();
    bot(&shell, &[(ANN, "hi"), (ANN, "fail"), (BEN, "fail")]);
    let list = |more: &[&str]| {
        ids(&json(&shell, ["inbox", "list", "--json"].into_iter().chain(more.iter().copied())))
    };
    assert_eq!(list(&[]), [3, 2, 1]);
    assert_eq!(list(&["--state", "dead"]), [3, 2]);
    assert_eq!(list(&["--state", "dead", "--chat", ANN]), [2]);
    assert_eq!(list(&["--event-id", "event-0"]), [1]);
    assert_eq!(list(&["--error", "timed out", "--limit", "1"]), [3]);
    assert_eq!(list(&["--error", "timed out", "--before", "3"]), [2]);
    assert_eq!(list(&["--error", "timed_out"]), [0_i64; 0]);
    assert_eq!(list(&["--received-since", "1h"]), [3, 2, 1]);
    assert_eq!(list(&["--received-before", "1h"]), [0_i64; 0]);
    let text = shell.run(["inbox", "list", "--state", "dead", "--chat", BEN]).stdout;
    assert!(
        text.contains("3  dead               1  1970-01-01T00:00:00.002Z") && text.contains(BEN),
        "{text}"
    );
    assert!(text.contains("the model timed out"), "{text}");
}

#[test]
fn an_event_is_shown_with_its_json_and_what_to_do_next() {
    let shell = Shell::bare();
    bot(&shell, &[(ANN, "fail")]);
    let shown = json(&shell, ["inbox", "show", "1", "--json"]);
    assert_eq!(shown["body"]["message"]["text"], "fail");
    assert_eq!((&shown["state"], &shown["attempts"]), (&"dead".into(), &1.into()));
    assert_eq!(json(&shell, ["inbox", "show", "--event-id", "event-0", "--json"]), shown);
    let text = shell.run(["inbox", "show", "1"]).stdout;
    assert!(text.contains("hikyaku inbox retry 1"), "{text}");
    insta::assert_snapshot!(shell.run(["inbox", "show", "7"]), @r"
    exit 4
    --- stderr
    error: not found: there is no event 7 in the inbox
    ");
}

#[test]
fn dead_letters_are_retried_and_dropped_one_by_one_and_all_that_fit() {
    let shell = Shell::bare();
    bot(&shell, &[(ANN, "fail"), (BEN, "fail"), (BEN, "hi"), (ANN, "fail")]);
    assert_eq!(json(&shell, ["inbox", "retry", "1", "--json"]), serde_json::json!({}));
    insta::assert_snapshot!(shell.run(["inbox", "drop", "3"]), @r"
    exit 4
    --- stderr
    error: event 3 is handled: only what waits or is a dead letter is retried or dropped, and what is unanswered is dropped
    ");
    insta::assert_snapshot!(shell.run(["inbox", "drop"]), @r"
    exit 2
    --- stderr
    error: say which: the id of one, what they have in common, such as --state dead, or else --all
    ");
    insta::assert_snapshot!(shell.run(["inbox", "drop", "--all"]), @r"
    exit 2
    --- stderr
    error: 2 events would be given up; repeat it with --yes to do so, or with --dry-run to see them
    ");
    let words = ["inbox", "drop", "--state", "dead", "--state", "handled", "--dry-run", "--json"];
    let preview = json(&shell, words);
    assert_eq!((&preview["events"], &preview["possible"]), (&3.into(), &2.into()));
    assert_eq!(preview["examples"].as_array().unwrap().len(), 2);
    assert_eq!(json(&shell, ["inbox", "retry", "--chat", BEN, "--yes", "--json"])["done"], 1);
    assert_eq!(json(&shell, ["inbox", "drop", "--all", "--yes", "--json"])["done"], 1);
    let states = json(&shell, ["inbox", "list", "--json"]);
    let states: Vec<_> =
        states["events"].as_array().unwrap().iter().map(|it| &it["state"]).collect();
    assert_eq!(states, ["dropped", "handled", "waiting", "waiting"]);
    // The bot comes back, and takes what waits.
    bot(&shell, &[]);
    assert_eq!(ids(&json(&shell, ["inbox", "list", "--state", "dead", "--json"])), [2, 1]);
}

#[test]
fn a_store_without_an_inbox_is_told_and_gets_none() {
    let shell = Shell::bare();
    assert_eq!(shell.run(["inbox", "list"]).code, 4);
    assert_eq!(shell.run(["outbox", "add", "push", ANN, "--text", "hi"]).code, 0);
    let told = shell.run(["inbox", "list", "--json"]);
    assert!(told.code == 4 && told.stderr.contains("this store has no inbox"), "{told}");
}

#[test]
fn a_move_takes_the_inbox_along() {
    let shell = Shell::bare();
    bot(&shell, &[(ANN, "fail"), (BEN, "hi")]);
    let migrate = ["store", "migrate", "sqlite:hikyaku.db"];
    let moved = shell.run(migrate.into_iter().chain(["sqlite:first.db"]));
    assert!(moved.stdout.contains("2 events of the inbox moved"), "{moved}");
    let listed = ["inbox", "list", "--state", "dead", "--store", "sqlite:first.db", "--json"];
    let listed = json(&shell, listed);
    assert_eq!(listed["events"][0]["event_id"], "event-0");
    // The old one can still be looked at, and does nothing.
    assert_eq!(ids(&json(&shell, ["inbox", "list", "--json"])).len(), 2);
    let refused = shell.run(["inbox", "retry", "1"]);
    assert!(refused.code != 0 && refused.stderr.contains("first.db"), "{refused}");
    let words = ["store", "migrate", "sqlite:first.db", "sqlite:second.db", "--json"];
    assert_eq!(json(&shell, words)["events"], 2);
}

/// What was not answered, as a bot without pushes leaves it.
#[tokio::main(flavor = "current_thread")]
async fn not_answered(shell: &Shell) {
    struct Mark;

    impl Work for Mark {
        type Out = ();

        async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), hikyaku_sender::Error> {
            let sql = "UPDATE hikyaku_inbox_event SET unanswered = 1, error = 'its token ended'";
            tx.query(sql, &[]).await.map(drop)
        }
    }

    let store = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    Outbox::open(store).await.unwrap().transact(Mark).await.unwrap();
}

#[test]
fn a_question_that_was_not_answered_is_shown_until_it_is_dropped() {
    let shell = Shell::bare();
    bot(&shell, &[(ANN, "hi")]);
    not_answered(&shell);
    let listed = shell.run(["inbox", "list", "--state", "unanswered"]).stdout;
    assert!(listed.contains("1  unanswered") && listed.contains("its token ended"), "{listed}");
    let shown = shell.run(["inbox", "show", "1"]).stdout;
    assert!(shown.contains("hikyaku inbox drop 1"), "{shown}");
    let refused = shell.run(["inbox", "retry", "1"]);
    assert!(refused.code == 4 && refused.stderr.contains("event 1 is unanswered"), "{refused}");
    let words = ["inbox", "drop", "--state", "unanswered", "--yes", "--json"];
    assert_eq!(json(&shell, words)["done"], 1);
}
