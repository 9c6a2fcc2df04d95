//! The inbox as a bot has it, on both stores.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../../../hikyaku-sender/tests/it/cluster.rs"]
#[expect(dead_code, reason = "the sender's tests need more of it")]
mod cluster;

mod answer;
mod answered;
mod arrivals;
mod bench;
mod budget;
mod content;
mod handling;
mod killed;
mod load;
mod moving;
mod order;
mod quoted;
mod settling;
mod storing;
mod unanswered;

/// Says something even where the output of tests is kept back.
pub(crate) fn tell(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{what}");
}

/// Makes a test of each function, on each store.
macro_rules! on_both_stores {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::bench::Bench::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(bench) = crate::bench::Bench::postgres().await {
                    super::$name(bench).await;
                }
            })*
        }
    };
}
pub(crate) use on_both_stores;
