//! Answers, against a simulator: replied while that is free, pushed where the reply surely did not arrive, and fetched with a
//! button where nothing is pushed.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::Router as App;
use hikyaku::Client;
use hikyaku_inbox::{Answer, InContext, Inbox, KeptState, Later, Settings};
use hikyaku_model::{Message, SendKind, UserId};
use hikyaku_sender::{Clock, Filter, Limits, Outbox, State};
use hikyaku_sim::{Delivery, FaultRule, Sim};
use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::bench::LONGEST;

/// A bot and its LINE, which have one clock.
pub(crate) struct Talk {
    pub(crate) sim: Sim,
    pub(crate) outbox: Outbox,
    pub(crate) inbox: Inbox,
    pub(crate) user: UserId,
    tasks: Vec<JoinHandle<()>>,
    _folder: Option<TempDir>,
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Talk {
    pub(crate) async fn with<S: Clone + Send + Sync + 'static>(
        settings: Settings,
        router: Router<S>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("bot.db").display());
        Self::at(store, Some(folder), settings, router).await
    }

    pub(crate) async fn at<S: Clone + Send + Sync + 'static>(
        store: String,
        folder: Option<TempDir>,
        settings: Settings,
        router: Router<S>,
    ) -> Self {
        let sim = Sim::builder().rate_limits(false).start().await.unwrap();
        let outbox =
            Outbox::builder(store).clock(Clock::from_fn(sim.clock())).open().await.unwrap();
        let settings = settings
            // The simulator's clock goes in leaps.
            .lease(Duration::from_secs(60 * 60))
            .backoff(Duration::from_millis(10), Duration::from_millis(10))
            .attempts(3);
        let inbox = Inbox::open(&outbox).await.unwrap().settings(settings);
        let receiver = Receiver::new(Verifier::new(&sim.channel_secret())).clock(sim.clock());
        let (route, work) = inbox.callback(receiver, router);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
        let app: App = App::new().route("/callback", route);
        let client = Client::builder(sim.channel_token().expose()).base_url(sim.api_url());
        let worker = outbox.worker().channel("default", client.build().unwrap());
        let worker = worker.limits(Limits::none());
        let tasks = vec![
            tokio::spawn(work),
            tokio::spawn(async { axum::serve(listener, app).await.unwrap() }),
            tokio::spawn(async { drop(worker.run(std::future::pending()).await) }),
        ];
        let user = sim.add_friend();
        Self { sim, outbox, inbox, user, tasks, _folder: folder }
    }

    async fn new<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Self {
        Self::with(Settings::default(), router).await
    }

    /// The deliveries that the user had, when there are so many.
    async fn had(&self, deliveries: u64) -> Vec<(SendKind, Vec<String>)> {
        let all = self.sim.within(LONGEST).wait_for(deliveries).await.unwrap();
        all.iter().map(|it| (it.kind, texts(it))).collect()
    }

    /// The states of all sends, when none is open any more.
    pub(crate) async fn sends(&self) -> Vec<State> {
        loop {
            let all = self.outbox.list(Filter::default()).await.unwrap();
            if all.iter().all(|it| it.state.is_final()) {
                return all.iter().rev().map(|it| it.state).collect();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn handled(&self, events: usize) {
        self.until(KeptState::Handled, events).await;
    }

    pub(crate) async fn until(&self, state: KeptState, events: usize) {
        let filter = hikyaku_inbox::EventFilter::default().state(state);
        while self.inbox.list(filter.clone()).await.unwrap().len() < events {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What the messages of a delivery say.
fn texts(delivery: &Delivery) -> Vec<String> {
    let text = |it: &serde_json::Value| {
        let text = it.get("text").or_else(|| it.get("template")?.get("text"));
        text.and_then(|it| it.as_str()).unwrap_or_default().to_owned()
    };
    delivery.messages.iter().map(text).collect()
}

fn numbered(count: usize) -> Vec<Message> {
    (1..=count).map(|n| Message::text(n.to_string())).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_one_reply_that_costs_nothing_and_may_quote() {
    let talk = Talk::new(Router::new(()).fallback(async |context: Context<()>| {
        context.answer(Answer::markdown("**yes**, `always`").quoting())
    }))
    .await;
    let answer = talk.sim.within(LONGEST).ask(&talk.user, "really?").await.unwrap();
    assert_eq!((answer.kind, answer.text()), (SendKind::Reply, Some("yes, always")));
    assert!(answer.messages[0]["quoteToken"].is_string());
    assert_eq!((talk.sim.quota_used(), talk.sends().await), (0, vec![State::Accepted]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_answer_is_a_reply_and_pushes_in_order() {
    let talk = Talk::new(Router::new(()).fallback(async |context: Context<()>| {
        let paragraphs: Vec<String> = (0..12).map(|n| format!("{n}{}", "x".repeat(4000))).collect();
        context.answer(paragraphs.join("\n\n"))
    }))
    .await;
    talk.sim.user_says(&talk.user, "tell me all");
    talk.sim.user_says(&talk.user, "and again");
    let had = talk.had(6).await;
    let kinds: Vec<_> = had.iter().map(|(kind, texts)| (*kind, texts.len())).collect();
    let of_one = [(SendKind::Reply, 5), (SendKind::Push, 5), (SendKind::Push, 2)];
    assert_eq!(kinds, [of_one, of_one].concat());
    let numbers: Vec<_> =
        had.iter().flat_map(|(_, texts)| texts).map(|it| it.trim_end_matches('x')).collect();
    let twelve: Vec<String> = (0..12).map(|n| n.to_string()).collect();
    assert_eq!(numbers, [twelve.clone(), twelve].concat());
    assert_eq!(talk.sim.quota_used(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_too_late_for_its_reply_token_is_pushed() {
    let thought = Arc::new(Notify::new());
    let state = thought.clone();
    let talk = Talk::new(Router::new(state).fallback(async |context: Context<Arc<Notify>>| {
        context.state.notified().await;
        context.answer("at last")
    }))
    .await;
    talk.sim.user_says(&talk.user, "why?");
    talk.until(KeptState::Handling, 1).await;
    talk.sim.advance(Duration::from_secs(75));
    thought.notify_one();
    assert_eq!(talk.had(1).await, [(SendKind::Push, vec!["at last".to_owned()])]);
    assert_eq!((talk.sim.quota_used(), talk.sends().await), (1, vec![State::Accepted]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_in_doubt_is_never_pushed_and_a_person_sees_it() {
    let talk = Talk::new(
        Router::new(()).fallback(async |context: Context<()>| context.answer(numbered(6))),
    )
    .await;
    let lost = FaultRule::drop_after_accept().on("POST", "/v2/bot/message/reply");
    talk.sim.fault(lost.times(1)).unwrap();
    talk.sim.user_says(&talk.user, "well?");
    let rest = (SendKind::Push, vec!["6".to_owned()]);
    assert_eq!(talk.had(2).await, [(SendKind::Reply, words("1 2 3 4 5")), rest]);
    assert_eq!(talk.sends().await, [State::Unknown, State::Accepted]);
    assert_eq!(talk.sim.delivered(), 2);
    // A 500 that was none of LINE's doing is cleared up by a repeat under the token.
    let failed = FaultRule::answer(500).on("POST", "/v2/bot/message/reply");
    talk.sim.fault(failed.times(2)).unwrap();
    talk.sim.user_says(&talk.user, "again?");
    assert_eq!(talk.had(4).await[2].0, SendKind::Reply);
    assert_eq!(talk.sends().await[2..], [State::Accepted, State::Accepted]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_answer_is_pushed_and_a_wrong_one_is_a_dead_letter() {
    let talk = Talk::new(Router::new(()).fallback(async |context: Context<()>| {
        match context.event.text() {
            Some("two") => {
                context.answer("one")?;
                context.answer("two")?;
            }
            Some("bad") => context.answer(Message::image("http://no.tls/"))?,
            _ => context.answer("  \n")?,
        }
        Ok::<(), BoxError>(())
    }))
    .await;
    talk.sim.user_says(&talk.user, "two");
    assert_eq!(
        talk.had(2).await,
        [(SendKind::Reply, words("one")), (SendKind::Push, words("two"))]
    );
    talk.sim.user_says(&talk.user, "bad");
    talk.sim.user_says(&talk.user, "blank");
    talk.until(KeptState::Dead, 2).await;
    let dead = talk.inbox.list(hikyaku_inbox::EventFilter::default().state(KeptState::Dead)).await;
    let errors: Vec<_> = dead.unwrap().into_iter().filter_map(|it| it.error).collect();
    assert!(errors[0].contains("the answer is empty"), "{errors:?}");
    assert!(errors[1].contains("originalContentUrl"), "{errors:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_fetched_with_a_button_and_nothing_is_pushed() {
    let thought = Arc::new(Notify::new());
    let later = Later::new("Still thinking.", "Get the answer").more("There is more.");
    let settings = Settings::default().by_button(later.after(Duration::from_millis(100)));
    let router = Router::new(thought.clone()).fallback(async |context: Context<Arc<Notify>>| {
        if context.event.text() == Some("slow") {
            context.state.notified().await;
        }
        context.answer(numbered(11))
    });
    let talk = Talk::with(settings, router).await;
    talk.sim.user_says(&talk.user, "slow");
    assert_eq!(talk.had(1).await, [(SendKind::Reply, vec!["Still thinking.".to_owned()])]);
    let button = |had: usize| {
        let messages = talk.sim.outbox().remove(had).messages;
        messages.last().unwrap()["template"]["actions"][0]["data"].as_str().unwrap().to_owned()
    };
    let data = button(0);
    // A tap before it is there waits for it.
    talk.sim.postback(&talk.user, data.as_str());
    thought.notify_one();
    let more = |numbers: &str| {
        let mut all = words(numbers);
        all.push("There is more.".to_owned());
        (SendKind::Reply, all)
    };
    assert_eq!(talk.had(2).await[1], more("1 2 3 4"));
    talk.sim.postback(&talk.user, button(1).as_str());
    assert_eq!(talk.had(3).await[2], more("5 6 7 8"));
    talk.sim.postback(&talk.user, button(2).as_str());
    assert_eq!(talk.had(4).await[3], (SendKind::Reply, words("9 10 11")));
    // In another chat it brings nothing of it.
    let stranger = talk.sim.add_friend();
    talk.sim.postback(&stranger, data.as_str());
    assert_eq!(talk.had(5).await[4], (SendKind::Reply, vec!["Still thinking.".to_owned()]));
    // What is there in time needs no button to begin with.
    talk.sim.user_says(&talk.user, "quick");
    assert_eq!(talk.had(6).await[5], more("1 2 3 4"));
    assert_eq!(talk.sim.quota_used(), 0);
}

type Script = Arc<Mutex<Vec<Vec<&'static str>>>>;

const FIRST: &str = "The first sentence is long enough to say. ";
const SECOND: &str = "The second one comes when it comes. ";

/// A talk in which the bot recites.
async fn reciting(attempts: &[&[&'static str]]) -> Talk {
    let script = Script::default();
    *script.lock().unwrap() = attempts.iter().map(|it| it.to_vec()).collect();
    // The handlers move the clock of a simulator that is not there yet.
    let slot: Arc<OnceLock<Sim>> = Arc::default();
    let state = (script, slot.clone());
    let router =
        Router::new(state).fallback(async |context: Context<(Script, Arc<OnceLock<Sim>>)>| {
            let sim = context.state.1.wait().clone();
            let pieces = context.state.0.lock().unwrap().remove(0);
            let mut growing = context.grow()?;
            for piece in pieces {
                if piece == "fail" {
                    return Err::<(), BoxError>(format!("said: {}", growing.said()).into());
                }
                sim.advance(Duration::from_secs(11));
                growing.push(piece).await?;
            }
            Ok(growing.finish()?)
        });
    let talk = Talk::new(router).await;
    let _ = slot.set(talk.sim.clone());
    talk.sim.user_says(&talk.user, "tell me");
    talk.handled(1).await;
    talk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_grows_says_its_beginning_early() {
    let talk = reciting(&[&[FIRST, SECOND, "And the end."]]).await;
    let [begin, second] = [FIRST, SECOND].map(str::trim);
    assert_eq!(
        talk.had(2).await,
        [
            (SendKind::Reply, vec![format!("{begin} {second}")]),
            (SendKind::Push, vec!["And the end.".to_owned()])
        ]
    );
    // One that is there in time is one reply.
    let quick = reciting(&[&[FIRST]]).await;
    assert_eq!(quick.had(1).await, [(SendKind::Reply, vec![begin.to_owned()])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_attempt_has_said_is_not_said_again() {
    let begin = FIRST.trim();
    let end = (SendKind::Push, vec!["And the end.".to_owned()]);
    // It fails after it has said something, and once more before it has said as much.
    let talk =
        reciting(&[&["", FIRST, "fail"], &["The first", "fail"], &["", FIRST, "And the end."]]);
    let talk = talk.await;
    assert_eq!(talk.had(2).await, [(SendKind::Reply, vec![begin.to_owned()]), end]);
    // Another text is said whole.
    let talk = reciting(&[&["", FIRST, "fail"], &["", "Something else."]]).await;
    let else_ = (SendKind::Push, vec!["Something else.".to_owned()]);
    assert_eq!(talk.had(2).await, [(SendKind::Reply, vec![begin.to_owned()]), else_]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_group_the_bot_answers_only_when_it_is_meant() {
    let router = Router::new(()).only_when_mentioned().fallback(async |context: Context<()>| {
        let asked = context.event.without_my_mentions().unwrap_or_default();
        context.answer(format!("you asked: {asked}"))
    });
    let talk = Talk::new(router).await;
    let group = talk.sim.add_group(std::slice::from_ref(&talk.user));
    talk.sim.member_says(&group, &talk.user, "hello all");
    let asks = hikyaku_sim::UserMessage::text("@bot when do you open?").mentioning_bot();
    talk.sim.member_sends(&group, &talk.user, asks);
    talk.sim.user_says(&talk.user, "and you?");
    talk.handled(3).await;
    let mut said: Vec<String> =
        talk.had(2).await.into_iter().flat_map(|(_, texts)| texts).collect();
    said.sort();
    assert_eq!(said, ["you asked: and you?", "you asked: when do you open?"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_may_keep_the_look_of_markdown_and_a_flex_message_quotes_nothing() {
    let talk = Talk::new(Router::new(()).fallback(async |context: Context<()>| {
        context.answer(Answer::formatted("# Hours\n- **Monday**: `9:00`").quoting())
    }))
    .await;
    let answer = talk.sim.within(LONGEST).ask(&talk.user, "when?").await.unwrap();
    assert_eq!((&answer.messages[0]["type"], answer.kind), (&"flex".into(), SendKind::Reply));
    assert_eq!(answer.messages[0]["altText"], "Hours\n• Monday: 9:00");
    assert_eq!(answer.messages[0]["quoteToken"], serde_json::Value::Null);
    assert_eq!(talk.sends().await, [State::Accepted]);
}
