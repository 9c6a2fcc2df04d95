use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{Router as App, body::Body, extract::FromRef, routing::post};
use hikyaku_model::event::EventType;
use hikyaku_webhook::{
    Context, Receiver, Router, Webhook,
    axum::{Queue, callback},
};
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use tower_service::Service as _;

use crate::{receiver, signed};

const JOIN: &str = r#"{"destination":"U1","events":[{"type":"join"}]}"#;

async fn send(app: &App, request: Request<impl Into<Body>>) -> (StatusCode, String) {
    let answer = app.clone().call(request.map(Into::into)).await.unwrap();
    let status = answer.status();
    let text = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

#[tokio::test]
async fn line_is_answered_before_the_event_is_handled_and_what_is_accepted_is_handled_to_its_end() {
    let (gate, handled) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let router = Router::new((Arc::clone(&gate), Arc::clone(&handled))).fallback(
        async |context: Context<(Arc<Semaphore>, Arc<AtomicUsize>)>| {
            let (gate, handled) = context.state;
            gate.acquire().await.unwrap().forget();
            handled.fetch_add(1, Ordering::SeqCst);
        },
    );
    let (route, work) = callback(receiver(), router, Queue::default());
    let app = App::new().route("/callback", route);
    let work = tokio::spawn(work);

    for _ in 0..3 {
        assert_eq!(send(&app, signed("secret", JOIN)).await, (StatusCode::OK, String::new()));
    }
    assert_eq!(handled.load(Ordering::SeqCst), 0);

    drop(app); // the server stops
    gate.add_permits(3);
    work.await.unwrap();
    assert_eq!(handled.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn events_are_received_by_the_clock_of_the_receiver() {
    type Told = Arc<Mutex<Vec<(SystemTime, Duration)>>>;

    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let told = Told::default();
    let router = Router::new(Arc::clone(&told)).fallback(async |context: Context<Told>| {
        let token = context.reply_token().unwrap();
        let left = token.left(context.received_at);
        context.state.lock().unwrap().push((context.received_at, left));
    });
    let (route, work) = callback(receiver().clock(move || at), router, Queue::default());
    let app = App::new().route("/callback", route);
    let event = r#"{"events":[{"type":"join","replyToken":"abc"}]}"#;
    assert_eq!(send(&app, signed("secret", event)).await.0, StatusCode::OK);
    drop(app);
    work.await;
    assert_eq!(*told.lock().unwrap(), [(at, Duration::from_secs(60))]);
}

#[tokio::test]
async fn what_is_not_lines_is_refused() {
    let (route, _work) = callback(receiver().limit(100), Router::new(()), Queue::default());
    let app = App::new().route("/callback", route);
    let long = "x".repeat(101);

    let (status, text) = send(&app, Request::post("/callback").body(JOIN).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(text.starts_with("the request has no x-line-signature header"), "{text}");
    assert_eq!(send(&app, signed("other", JOIN)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, signed("secret", "{}")).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(send(&app, signed("secret", long.clone())).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        send(&app, Request::get("/callback").body("").unwrap()).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );

    let mut announced = signed("secret", JOIN);
    announced.headers_mut().insert("content-length", "101".parse().unwrap());
    assert_eq!(send(&app, announced).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn lines_question_whether_someone_is_there_is_answered_even_when_the_queue_is_full() {
    let queue = Queue::default().waiting(1).patience(Duration::ZERO);
    let (route, _work) = callback(receiver(), Router::new(()), queue); // nobody works
    let app = App::new().route("/callback", route);

    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::OK);
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send(&app, signed("secret", r#"{"events":[]}"#)).await.0, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_a_place_in_the_queue_but_not_for_ever() {
    let gate = Arc::new(Semaphore::new(0));
    let router =
        Router::new(Arc::clone(&gate)).fallback(async |context: Context<Arc<Semaphore>>| {
            context.state.acquire().await.unwrap().forget();
        });
    let (route, work) = callback(receiver(), router, Queue::default().waiting(1).at_once(1));
    let app = App::new().route("/callback", route);
    let work = tokio::spawn(work);

    // One is being handled, one waits.
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::OK);
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::OK);
    let begin = tokio::time::Instant::now();
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(begin.elapsed() < Duration::from_secs(2), "LINE does not wait longer");

    let third = send(&app, signed("secret", JOIN));
    let (answer, ()) = tokio::join!(third, async { gate.add_permits(1) });
    assert_eq!(answer.0, StatusCode::OK);
    gate.add_permits(2);
    drop(app);
    work.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn handlers_that_hang_give_their_places_back() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let router = Router::new(Arc::clone(&told))
        .on(EventType::Join, async |_| pending::<()>().await)
        .fallback(async |_| {})
        .after(async |context: Context<Arc<Mutex<Vec<String>>>>, outcome| {
            let line = format!("{} {outcome:?}", context.event.type_word());
            context.state.lock().unwrap().push(line);
            if context.event.event_type() == EventType::Leave {
                pending::<()>().await;
            }
        });
    let queue = Queue::default().waiting(1).at_once(2).time_limit(Duration::from_secs(30));
    let (route, work) = callback(receiver(), router, queue);
    let app = App::new().route("/callback", route);
    let work = tokio::spawn(work);
    let body =
        r#"{"destination":"U1","events":[{"type":"join"},{"type":"leave"},{"type":"follow"}]}"#;

    // Two hang, one waits.
    for _ in 0..3 {
        assert_eq!(send(&app, signed("secret", body)).await.0, StatusCode::OK);
    }
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::SERVICE_UNAVAILABLE);

    tokio::time::sleep(Duration::from_secs(61)).await; // the clock stands still: this takes no time
    let lines = ["join TimedOut", "leave Handled", "follow Handled"];
    let mut twice = [lines, lines].concat();
    twice.sort_unstable();
    told.lock().unwrap().sort_unstable();
    assert_eq!(*told.lock().unwrap(), twice);
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::OK);
    drop(app);
    work.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_time_limit_a_handler_takes_as_long_as_it_likes() {
    let handled = Arc::new(AtomicUsize::new(0));
    let router =
        Router::new(Arc::clone(&handled)).fallback(async |context: Context<Arc<AtomicUsize>>| {
            tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
            context.state.fetch_add(1, Ordering::SeqCst);
        });
    let (route, work) = callback(receiver(), router, Queue::default().time_limit(None));
    let app = App::new().route("/callback", route);
    assert_eq!(send(&app, signed("secret", JOIN)).await.0, StatusCode::OK);
    drop(app);
    work.await;
    assert_eq!(handled.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_handler_of_ones_own_takes_a_verified_webhook() {
    #[derive(Clone)]
    struct Own {
        receiver: Receiver,
    }
    impl FromRef<Own> for Receiver {
        fn from_ref(own: &Own) -> Self {
            own.receiver.clone()
        }
    }
    async fn count(webhook: Webhook) -> String {
        webhook.events.len().to_string()
    }
    let app = App::new().route("/callback", post(count)).with_state(Own { receiver: receiver() });
    assert_eq!(send(&app, signed("secret", JOIN)).await, (StatusCode::OK, "1".to_owned()));
    assert_eq!(send(&app, signed("other", JOIN)).await.0, StatusCode::UNAUTHORIZED);
}
