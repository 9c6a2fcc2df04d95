//! Messages travel between a program and LINE, both in this process.

mod campaign;
mod guide;
mod show;
mod steps;

use std::time::Duration;

use hikyaku::{Client, model::UserId};
use hikyaku_sim::{Person, Sim};

use crate::output::Output;

/// The users and programs of the demo.
struct Stage {
    sim: Sim,
    client: Client,
    mei: UserId,
}

/// Runs every step, and returns the simulator on which they ran: at this port and the next, or at others if those are
/// in use.
///
/// Each step checks what the simulator has delivered, not only the client's results.
///
/// # Errors
/// A step failed.
pub(crate) async fn run(output: Output, port: u16) -> anyhow::Result<Sim> {
    let stage = Stage::set_up(port).await?;
    let mut show = show::Show::begin(output)?;
    show.step("push", steps::push(&stage)).await?;
    show.step("reply", steps::reply(&stage)).await?;
    show.step("multicast", steps::multicast(&stage)).await?;
    show.step("narrowcast", steps::narrowcast(&stage)).await?;
    show.step("retry key", steps::retry_key(&stage)).await?;
    show.step("lost answer", steps::lost_answer(&stage)).await?;
    show.step("server error", steps::server_error(&stage)).await?;
    show.step("quota", steps::quota(&stage)).await?;
    show.step("campaign", campaign::campaign()).await?;
    show.end(&stage.sim)?;
    Ok(stage.sim)
}

/// Returns how to continue with the simulator by hand.
pub(crate) fn guide(sim: &Sim) -> String {
    guide::Guide::new(sim).to_string()
}

impl Stage {
    async fn set_up(port: u16) -> anyhow::Result<Self> {
        let data_port = if port == 0 { 0 } else { port + 1 };
        // Long enough to see the bar move.
        let (waiting, sending) = (Duration::from_millis(400), Duration::from_millis(1200));
        let builder = Sim::builder().narrowcast_phases(waiting, sending);
        let usual = builder.clone().port(port).data_port(data_port).start().await;
        let sim = match usual {
            Ok(sim) => sim,
            Err(_) => builder.start().await?,
        };
        let client = Client::builder(sim.channel_token().expose())
            .api_base_url(sim.api_url())
            .data_base_url(sim.data_url())
            .build()?;
        let mei = Person { display_name: Some("Mei".to_owned()), ..Person::default() };
        let mei = sim.add_friend_as(mei);
        Ok(Self { sim, client, mei })
    }
}
