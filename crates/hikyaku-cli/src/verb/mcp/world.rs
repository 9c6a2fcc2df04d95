//! The targets of the tools: LINE and a store, or a simulator and memory.

use hikyaku::Client;
use hikyaku_sender::Outbox;
use hikyaku_sim::Sim;

use crate::work::CHANNEL;

pub(super) struct World {
    pub(super) client: Client,
    pub(super) outbox: Outbox,
    /// The simulator, if nothing reaches LINE, and a user to write to.
    sim: Option<(Sim, String)>,
}

impl World {
    pub(super) async fn dry() -> anyhow::Result<Self> {
        let sim = Sim::builder().any_user_is_friend().start().await?;
        let people = sim.add_friends(2);
        let group = sim.add_group(&people);
        let people: Vec<&str> = people.iter().map(AsRef::as_ref).collect();
        let people = format!("the users {} and the group {}", people.join(" and "), group.as_str());
        let client =
            Client::builder(sim.channel_token().expose()).base_url(sim.api_url()).build()?;
        let outbox = Outbox::open("memory:").await?;
        Ok(Self::with(client, outbox, Some((sim, people))))
    }

    pub(super) fn live(client: Client, outbox: Outbox) -> Self {
        Self::with(client, outbox, None)
    }

    fn with(client: Client, outbox: Outbox, sim: Option<(Sim, String)>) -> Self {
        let worker = outbox.worker().channel(CHANNEL, client.clone());
        tokio::spawn(async move {
            if let Err(why) = worker.run(std::future::pending()).await {
                // Another process holds the file, and delivers the sends that are enqueued here.
                tracing::warn!(%why, "this program delivers nothing itself");
            }
        });
        Self { client, outbox, sim }
    }

    pub(super) fn is_dry(&self) -> bool {
        self.sim.is_some()
    }

    pub(super) fn instructions(&self) -> String {
        let world = match &self.sim {
            Some((_, people)) => format!(
                "This server is dry: everything happens on a simulator of LINE, and nothing reaches a person. There are {people}; \
                 any other id is somebody, too."
            ),
            None => "This server is live: what it sends reaches people on LINE.".to_owned(),
        };
        format!(
            "{world} A push counts once for each person against the month's quota. What goes to more than one person is sent only \
             with confirm_recipients; ask the user before you confirm."
        )
    }
}
