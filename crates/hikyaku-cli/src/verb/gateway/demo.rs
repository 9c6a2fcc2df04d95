use anyhow::Context;
use hikyaku_gateway::{Config, Gateway, NewToken};
use hikyaku_sim::{Person, Sim};
use serde::Serialize;

use crate::{
    folder::Folder,
    output::{self, Output},
    stop::StopSignals,
};

/// What a script needs to speak to it.
#[derive(Serialize)]
struct Ready {
    url: String,
    token: String,
}

/// A gateway that delivers to a simulated Alice, and forgets all when it ends.
pub(super) async fn run(output: Output) -> anyhow::Result<()> {
    let sim = Sim::start().await?;
    let person = Person { display_name: Some("Alice".to_owned()), ..Person::default() };
    let alice = sim.add_friend_as(person);
    let (token, api_url) = (sim.channel_token(), sim.api_url());
    let folder = Folder::new()?;
    // A literal of TOML: a path may have a backslash.
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let config = Config::parse(&format!(
        "store = '{store}'\n[listen.demo]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\"]\n\
         [channel.default]\ntoken = \"{}\"\napi_url = \"{api_url}\"",
        token.expose()
    ))?;
    let gateway = Gateway::open(config).await?;
    let new = NewToken {
        name: "demo".to_owned(),
        target: alice.as_str().to_owned(),
        target_name: Some("Alice".to_owned()),
        channel: "default".to_owned(),
    };
    let issued = gateway.state().issue(new, None).await?;
    let stop = StopSignals::listen()?;
    let address = gateway.addresses().values().next().context("the gateway does not listen")?;
    let url = format!("http://{address}");
    let ready = Ready { url, token: issued.token.expose().to_owned() };
    let told = format!(
        "LINE Notify's API, delivered to a simulated Alice. In another terminal:\n\n  \
         curl -H 'Authorization: Bearer {}' -F 'message=hello' {}/api/notify\n\nCtrl-C stops it",
        ready.token, ready.url
    );
    output.print(&ready, told)?;
    tokio::select! {
        run = gateway.run(stop.wait()) => run?,
        printed = show(&sim, output) => printed?,
    }
    sim.stop().await;
    Ok(())
}

/// Prints what Alice receives, for as long as it is polled.
async fn show(sim: &Sim, output: Output) -> anyhow::Result<()> {
    let mut seen = 0;
    loop {
        // It gives up after some seconds without news.
        let Ok(deliveries) = sim.wait_for(seen + 1).await else { continue };
        for delivery in deliveries.iter().filter(|it| it.seq > seen) {
            let line = serde_json::to_string(delivery)?;
            if output.is_json() {
                output::print(line)?;
            } else {
                output::print(format_args!("Alice received {line}"))?;
            }
        }
        seen = deliveries.last().map_or(seen, |it| it.seq);
    }
}
