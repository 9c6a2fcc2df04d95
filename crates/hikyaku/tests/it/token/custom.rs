//! Tokens of a program's own making, in paused time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use hikyaku::{
    ErrorKind,
    token::{IssuedToken, TokenProvider},
};
use tokio::time::Instant;

use super::line::{Line, pass, push};

const LIFE: Duration = Duration::from_secs(15 * 60);

/// A provider whose n-th token, from 0, is what this makes of it, and how often it was asked.
fn custom<F>(
    issue: impl Fn(usize) -> F + Send + Sync + 'static,
) -> (TokenProvider, Arc<AtomicUsize>)
where
    F: Future<Output = Result<IssuedToken, String>> + Send + 'static,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let provider = TokenProvider::custom(move || issue(count.fetch_add(1, Ordering::Relaxed)));
    (provider, asked)
}

fn token(number: usize) -> IssuedToken {
    IssuedToken::new(format!("V{number}").parse().unwrap(), LIFE)
}

#[tokio::test(start_paused = true)]
async fn one_is_got_for_many_callers_and_renewed_ahead_of_its_end() {
    let line = Line::new(900);
    let (provider, asked) = custom(async |number| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(token(number))
    });
    let client = line.client(provider);
    for sent in join_all((0..100).map(|_| push(&client))).await {
        sent.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    pass(700).await;
    push(&client).await.unwrap();
    pass(2).await;
    push(&client).await.unwrap();
    assert_eq!(line.log().last().unwrap(), "push V1");
}

#[tokio::test(start_paused = true)]
async fn one_that_line_refuses_again_and_again_is_no_hot_loop() {
    for renewed in [false, true] {
        let line = Line::new(900);
        line.set(|world| world.refuses_all = true);
        let (provider, asked) =
            custom(move |number| async move { Ok(token(if renewed { number } else { 7 })) });
        let client = line.client(provider);
        for _ in 0..600 {
            assert_eq!(push(&client).await.unwrap_err().kind(), ErrorKind::Unauthorized);
            pass(1).await;
        }
        assert!(asked.load(Ordering::Relaxed) <= 6, "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_stops_the_client_for_a_time_and_no_longer() {
    let line = Line::new(900);
    let (provider, _) = custom(async |number| match number {
        0 => std::future::pending().await,
        _ => Ok(token(number)),
    });
    let client = line.client(provider);
    let began = Instant::now();
    let error = push(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Network, false));
    assert!(error.to_string().contains("no token within 30s"), "{error}");
    assert_eq!(began.elapsed(), Duration::from_secs(30));
    pass(2).await;
    push(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_or_panics_is_asked_again_after_pauses() {
    for panics in [false, true] {
        let line = Line::new(900);
        let (provider, asked) = custom(move |_| async move {
            assert!(!panics, "the source is broken");
            Err("vault is sealed".to_owned())
        });
        let client = line.client(provider);
        for _ in 0..30 {
            let error = push(&client).await.unwrap_err();
            assert!(error.is_retryable() && !error.may_have_landed(), "{error}");
            let why = if panics { "what issues tokens panicked" } else { "vault is sealed" };
            assert!(error.to_string().contains(why), "{error}");
            pass(1).await;
        }
        assert_eq!(asked.load(Ordering::Relaxed), 5);
        assert!(line.log().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn one_without_a_life_is_none() {
    let line = Line::new(900);
    let (provider, _) =
        custom(async |_| Ok(IssuedToken::new("V".parse().unwrap(), Duration::from_millis(999))));
    let error = push(&line.client(provider)).await.unwrap_err();
    assert!(error.to_string().contains("valid for 0 seconds"), "{error}");
    assert!(line.log().is_empty());
}
