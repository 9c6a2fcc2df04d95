use std::{collections::HashMap, sync::Arc, time::Duration};

use hikyaku::Client;
use hikyaku_model::limits::{Problem, Segment};
use tokio::sync::watch;

use crate::{Error, Limits};

/// What a worker serves. It may change while the worker runs.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) channels: Arc<HashMap<String, Channel>>,
    pub(super) limits: Limits,
    /// Every client's timeout must be shorter.
    pub(super) lease: Duration,
    /// How many channels were set so far.
    count: u64,
}

/// The client of a channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) client: Client,
    /// Which of all that were set it is: a channel that is set anew begins anew.
    pub(super) number: u64,
}

impl Served {
    pub(super) fn new(lease: Duration) -> Self {
        Self { channels: Arc::default(), limits: Limits::default(), lease, count: 0 }
    }

    pub(super) fn set(&mut self, name: String, client: Client) {
        self.count += 1;
        Arc::make_mut(&mut self.channels).insert(name, Channel { client, number: self.count });
    }

    /// Whether its leases outlast the requests of these clients.
    pub(super) fn check(&self, clients: impl IntoIterator<Item = Duration>) -> Result<(), Error> {
        if clients.into_iter().all(|timeout| timeout < self.lease) {
            return Ok(());
        }
        let rule = "must be longer than the timeout of every client, or a delivery is taken over while it is sent";
        Err(Error::breaks(vec![Segment::Field("lease")], Problem::Rule(rule)))
    }
}

/// Changes the channels and limits of a [`Worker`](crate::Worker), also while it runs. Made by
/// [`Worker::handle`](crate::Worker::handle); a clone is a handle to the same worker.
///
/// ```no_run
/// # async fn example(outbox: hikyaku_sender::Outbox, client: hikyaku::Client) -> Result<(), hikyaku_sender::Error> {
/// let worker = outbox.worker();
/// let handle = worker.handle();
/// tokio::spawn(worker.run(std::future::pending()));
///
/// handle.add_channel("shop", client)?;
/// handle.remove_channel("support");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct WorkerHandle(pub(super) Arc<watch::Sender<Served>>);

impl WorkerHandle {
    /// Adds a channel, whose deliveries the worker sends from now on. An existing channel uses this client from the
    /// next delivery on, and is tried at once if it waited for a valid token.
    ///
    /// # Errors
    /// The client's timeout is not shorter than the worker's [`lease`](crate::Worker::lease).
    pub fn add_channel(&self, name: impl Into<String>, client: Client) -> Result<(), Error> {
        self.add_channels([(name.into(), client)])
    }

    /// Adds several channels at once, each as by [`add_channel`](Self::add_channel): all of them or, on an error, none.
    ///
    /// # Errors
    /// A client's timeout is not shorter than the worker's [`lease`](crate::Worker::lease).
    pub fn add_channels(
        &self,
        channels: impl IntoIterator<Item = (String, Client)>,
    ) -> Result<(), Error> {
        let channels: Vec<_> = channels.into_iter().collect();
        self.0.borrow().check(channels.iter().map(|(_, client)| client.timeout()))?;
        self.0.send_modify(|served| {
            for (name, client) in channels {
                served.set(name, client);
            }
        });
        Ok(())
    }

    /// Removes a channel. Sends in flight end and are recorded; claimed deliveries go back into the store, and wait for
    /// a worker with the channel. Returns whether the worker had it.
    pub fn remove_channel(&self, name: &str) -> bool {
        self.0.send_if_modified(|served| {
            let has = served.channels.contains_key(name);
            if has {
                Arc::make_mut(&mut served.channels).remove(name);
            }
            has
        })
    }

    /// Returns the worker's channels, in the order of their names.
    pub fn channels(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.borrow().channels.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Sets the rate limit of each lane, from the next claim on. All workers of a channel should have the same limits.
    pub fn set_limits(&self, limits: Limits) {
        self.0.send_modify(|served| served.limits = limits);
    }
}
