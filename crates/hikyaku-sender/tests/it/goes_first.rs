//! Work that goes before other work at a file's writer, and does not keep it from being done.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex, mpsc},
    task::Poll,
};

use futures_util::future::join_all;
use hikyaku_sender::{Error, Transaction, Work};
use tokio::{sync::oneshot, task::unconstrained};

use crate::stores::Bench;

/// What was done, in its order.
type Done = Arc<Mutex<Vec<u32>>>;

struct Other(u32, Done);

impl Work for Other {
    type Out = ();

    async fn run(&self, _: &mut Transaction<'_>) -> Result<(), Error> {
        self.1.lock().unwrap().push(self.0);
        Ok(())
    }
}

struct First(Done);

impl Work for First {
    type Out = ();
    const GOES_FIRST: bool = true;

    async fn run(&self, _: &mut Transaction<'_>) -> Result<(), Error> {
        self.0.lock().unwrap().push(FIRST);
        Ok(())
    }
}

const FIRST: u32 = 1000;

/// Stops the writer until it is let go.
struct Hold {
    stopped: Mutex<Option<oneshot::Sender<()>>>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl Hold {
    fn new() -> (Self, oneshot::Receiver<()>, mpsc::Sender<()>) {
        let ((stopped, has_stopped), (go, wait)) = (oneshot::channel(), mpsc::channel());
        (Self { stopped: Mutex::new(Some(stopped)), go: Mutex::new(wait) }, has_stopped, go)
    }
}

impl Work for Hold {
    type Out = ();

    async fn run(&self, _: &mut Transaction<'_>) -> Result<(), Error> {
        if let Some(stopped) = self.stopped.lock().unwrap().take() {
            let _ = stopped.send(());
        }
        let _ = self.go.lock().unwrap().recv();
        Ok(())
    }
}

/// Asks once, which puts the work in, and tells whether it waits.
async fn waits(work: &mut Pin<&mut impl Future>) -> bool {
    poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn work_that_goes_first_waits_for_no_more_than_a_share_of_the_others() {
    let outbox = Bench::sqlite().await.outbox;
    let done = Done::default();
    let (hold, stopped, go) = Hold::new();
    let (again, stopped_again, go_again) = Hold::new();
    let mut hold = pin!(outbox.transact(hold));
    assert!(waits(&mut hold).await);
    stopped.await.unwrap();
    // All of these are in one batch.
    let mut again = pin!(outbox.transact(again));
    assert!(waits(&mut again).await);
    let mut others =
        pin!(unconstrained(join_all((0..300).map(|n| outbox.transact(Other(n, done.clone()))))));
    assert!(waits(&mut others).await);
    go.send(()).unwrap();
    hold.await.unwrap();
    stopped_again.await.unwrap();
    let mut first = pin!(outbox.transact(First(done.clone())));
    assert!(waits(&mut first).await);
    go_again.send(()).unwrap();
    first.await.unwrap();
    let place = done.lock().unwrap().iter().position(|it| *it == FIRST).unwrap();
    assert!(place < 100, "after {place} others");
    again.await.unwrap();
    for other in others.await {
        other.unwrap();
    }
    let mut done = done.lock().unwrap().clone();
    done.retain(|it| *it != FIRST);
    assert_eq!(done, (0..300).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_others_go_on_however_much_goes_first() {
    let outbox = Bench::sqlite().await.outbox;
    let done = Done::default();
    let (hold, stopped, go) = Hold::new();
    let mut hold = pin!(outbox.transact(hold));
    assert!(waits(&mut hold).await);
    stopped.await.unwrap();
    let mut others =
        pin!(unconstrained(join_all((0..20).map(|n| outbox.transact(Other(n, done.clone()))))));
    assert!(waits(&mut others).await);
    let mut first =
        pin!(unconstrained(join_all((0..900).map(|_| outbox.transact(First(done.clone()))))));
    assert!(waits(&mut first).await);
    go.send(()).unwrap();
    hold.await.unwrap();
    for done in first.await {
        done.unwrap();
    }
    for other in others.await {
        other.unwrap();
    }
    let done = done.lock().unwrap().clone();
    assert_eq!(done.len(), 920);
    assert!(done.iter().take(900).all(|it| *it == FIRST));
}
