use anyhow::Context;
use hikyaku_gateway::{Config, Gateway, NewService, NewToken};
use hikyaku_sim::{Person, Sim};
use serde::Serialize;

use crate::{
    folder::Folder,
    output::{self, Output},
    stop::StopSignals,
};

/// What a script and a service need to speak to it.
#[derive(Serialize)]
struct Ready {
    url: String,
    token: String,
    client_id: String,
    client_secret: String,
    callback: String,
    /// Where Alice is made to say something.
    alice_url: String,
}

/// A gateway that delivers to a simulated Alice, and forgets all when it ends.
pub(super) async fn run(output: Output) -> anyhow::Result<()> {
    let sim = Sim::start().await?;
    let person = Person { display_name: Some("Alice".to_owned()), ..Person::default() };
    let alice = sim.add_friend_as(person);
    let (token, secret, api_url) = (sim.channel_token(), sim.channel_secret(), sim.api_url());
    let folder = Folder::new()?;
    // A literal of TOML: a path may have a backslash.
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let config = Config::parse(&format!(
        "store = '{store}'\n[listen.demo]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"oauth\", \"webhook\"]\n\
         [channel.default]\ntoken = \"{}\"\nsecret = \"{}\"\napi_url = \"{api_url}\"",
        token.expose(),
        secret.expose()
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
    sim.set_webhook(format!("{url}/webhook"))?;
    let callback = format!("{url}/callback");
    let new = NewService { name: "Demo".to_owned(), callbacks: vec![callback.clone()] };
    let service = gateway.state().add_service(new).await?;
    let ready = Ready {
        url,
        token: issued.token.expose().to_owned(),
        client_id: service.client_id,
        client_secret: service.client_secret,
        callback,
        alice_url: format!("{api_url}/_sim/v1/chats/{}/messages", alice.as_str()),
    };
    let told = format!(
        "LINE Notify's API, delivered to a simulated Alice. In another terminal:\n\n  \
         curl -H 'Authorization: Bearer {token}' -F 'message=hello' {url}/api/notify\n\n\
         A service asks Alice for a token. Open this, let her send the page's code, and enter the number that she receives:\n\n  \
         {url}/oauth/authorize?response_type=code&client_id={id}&redirect_uri={callback}&scope=notify&state=1\n  \
         curl {alice_url} -d '{{\"text\":\"CODE\"}}'\n\n\
         The browser ends at a page that is not there, with a code in its address, which the service exchanges:\n\n  \
         curl {url}/oauth/token -d grant_type=authorization_code -d code=CODE -d redirect_uri={callback} \
         -d client_id={id} -d client_secret={secret}\n\nCtrl-C stops it",
        token = ready.token,
        url = ready.url,
        id = ready.client_id,
        secret = ready.client_secret,
        callback = ready.callback,
        alice_url = ready.alice_url,
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
