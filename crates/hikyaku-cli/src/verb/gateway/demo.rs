use anyhow::Context;
use hikyaku_gateway::{Config, Gateway, NewApiKey, NewService, NewToken, Visitor};
use hikyaku_sim::{Person, Sim};
use serde::Serialize;

use crate::{folder::Folder, output::Output, stop::StopSignals};

/// The data with which a script, a bot and a service reach the demo, and the page on which a person sees the result.
#[derive(Serialize)]
struct Ready {
    url: String,
    page_url: String,
    token: String,
    key: String,
    alice: String,
    client_id: String,
    client_secret: String,
    callback: String,
    /// The URL at which Alice can be made to write.
    alice_url: String,
    /// Signs in as Alice, once, to the page of her tokens.
    my_url: String,
    /// Signs in, once, to the pages of the people who run the gateway.
    operator_url: String,
}

/// Runs a gateway that delivers to a simulated Alice, and forgets everything when it ends.
pub(super) async fn run(output: Output) -> anyhow::Result<()> {
    let sim = Sim::start().await?;
    let person = Person { display_name: Some("Alice".to_owned()), ..Person::default() };
    let alice = sim.add_friend_as(person);
    let (token, secret, api_url) = (sim.channel_token(), sim.channel_secret(), sim.api_url());
    let (folder, login) = (Folder::new()?, sim.login());
    // A literal string of TOML: a path may contain a backslash.
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let config = Config::parse(&format!(
        "store = '{store}'\n[listen.demo]\naddress = \"127.0.0.1:0\"\nserve = [\"line\", \"notify\", \"adapters\", \"oauth\", \"webhook\", \"pages\", \"operator\"]\n\
         [pages]\nlogin_channel_id = \"{}\"\nlogin_secret = \"{}\"\nlogin_url = \"{api_url}\"\n\
         [channel.default]\ntoken = \"{}\"\nsecret = \"{}\"\napi_url = \"{api_url}\"\ndata_url = \"{}\"\n\
         manager_url = \"{api_url}\"",
        login.channel_id(),
        login.channel_secret().expose(),
        token.expose(),
        secret.expose(),
        sim.data_url()
    ))?;
    let gateway = Gateway::open(config).await?;
    let new = NewToken {
        name: "demo".to_owned(),
        target: alice.as_str().to_owned(),
        target_name: Some("Alice".to_owned()),
        channel: "default".to_owned(),
    };
    let issued = gateway.state().issue(new, None).await?;
    let key = gateway.state().issue_key(NewApiKey::new("demo", "default")).await?.key;
    let stop = StopSignals::listen()?;
    let address = gateway.addresses().values().next().context("the gateway does not listen")?;
    let url = format!("http://{address}");
    sim.set_webhook(format!("{url}/webhook"))?;
    let callback = format!("{url}/callback");
    let new = NewService { name: "Demo".to_owned(), callbacks: vec![callback.clone()] };
    let service = gateway.state().add_service(new).await?;
    login.add_redirect_uri(format!("{url}/my/line/back"));
    let user = Visitor::Person { channel: "default".to_owned(), user: alice.as_str().to_owned() };
    let my_link = gateway.state().sign_in_link(user).await?;
    let operator = Visitor::Operator { name: "demo".to_owned() };
    let operator_link = gateway.state().sign_in_link(operator).await?;
    let ready = Ready {
        my_url: format!("{url}/my/enter?link={my_link}"),
        operator_url: format!("{url}/operator/enter?link={operator_link}"),
        url,
        page_url: sim.page_url(),
        key: key.expose().to_owned(),
        alice: alice.as_str().to_owned(),
        token: issued.token.expose().to_owned(),
        client_id: service.client_id,
        client_secret: service.client_secret,
        callback,
        alice_url: format!("{api_url}/_sim/v1/chats/{}/messages", alice.as_str()),
    };
    let told = format!(
        "A gateway, and Alice, whom it delivers to: open {page} in a browser to see her chat. In another terminal, as a script of \
         LINE Notify does:\n\n  \
         curl -H 'Authorization: Bearer {token}' -F 'message=hello' {url}/api/notify\n\n\
         As a program does that knows ntfy:\n\n  \
         curl -H 'Authorization: Bearer {token}' -H 'Tags: tada' -d 'hello from ntfy' {url}/topic\n\n\
         As a bot does, with LINE's own API:\n\n  \
         curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' {url}/v2/bot/message/push \
         -d '{{\"to\":\"{alice}\",\"messages\":[{{\"type\":\"text\",\"text\":\"hello from a bot\"}}]}}'\n\n\
         These sign you in, once each: to the page of Alice's tokens, and to the operator's pages.\n\n  \
         {my_url}\n  {operator_url}\n\n\
         A service asks Alice for a token. Open this, let her send the page's code in her chat, and enter the number that she receives:\n\n  \
         {url}/oauth/authorize?response_type=code&client_id={id}&redirect_uri={callback}&scope=notify&state=1\n  \
         curl {alice_url} -d '{{\"text\":\"CODE\"}}'\n\n\
         The browser ends at a page that is not there, with a code in its address, which the service exchanges:\n\n  \
         curl {url}/oauth/token -d grant_type=authorization_code -d code=CODE -d redirect_uri={callback} \
         -d client_id={id} -d client_secret={secret}\n\nCtrl-C stops it",
        page = ready.page_url,
        token = ready.token,
        key = ready.key,
        alice = ready.alice,
        url = ready.url,
        id = ready.client_id,
        secret = ready.client_secret,
        callback = ready.callback,
        alice_url = ready.alice_url,
        my_url = ready.my_url,
        operator_url = ready.operator_url,
    );
    output.print(&ready, told)?;
    tokio::select! {
        run = gateway.run(stop.wait()) => run?,
        printed = show(&sim, output) => printed?,
    }
    sim.stop().await;
    Ok(())
}

/// Prints the messages that Alice receives, for as long as it is polled.
async fn show(sim: &Sim, output: Output) -> anyhow::Result<()> {
    let mut seen = 0;
    loop {
        // The wait times out after some seconds without a message.
        let Ok(deliveries) = sim.wait_for(seen + 1).await else { continue };
        for delivery in deliveries.iter().filter(|it| it.seq > seen) {
            // It serves on, whether somebody reads this or not.
            let line = serde_json::to_string(delivery)?;
            output.print(delivery, format_args!("Alice received {line}"))?;
        }
        seen = deliveries.last().map_or(seen, |it| it.seq);
    }
}
