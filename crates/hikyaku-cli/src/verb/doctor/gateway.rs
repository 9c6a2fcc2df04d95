//! A gateway: whether LINE and its apps reach it, and whom it can write to.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::{
    Answer, Error, WebhookEndpoint,
    transport::{HyperTransport, Transport},
};
use hikyaku_gateway::{Config, Served, State};
use hikyaku_sender::Outbox;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::Finding;
use crate::store::missing_file;

const RUNS: &str = "gateway";
const PUBLIC: &str = "public";
const WEBHOOK: &str = "webhook";
const PICTURES: &str = "pictures";
const SEEN: &str = "seen";

/// How long the gateway may take to answer.
const WAIT: Duration = Duration::from_secs(10);

/// The most that is read of an answer, in bytes.
const MOST: usize = 64 << 10;

/// How many chats are named.
const NAMED: usize = 10;

/// Whether the gateway runs, at its addresses without TLS that have a port of their own.
pub(super) async fn running(config: &Config, transport: &HyperTransport) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, listener) in &config.listen {
        let mut address = listener.address;
        if address.port() == 0 || listener.certificate_file.is_some() {
            continue;
        }
        if address.ip().is_unspecified() {
            let is_v4 = address.is_ipv4();
            address.set_ip(if is_v4 {
                Ipv4Addr::LOCALHOST.into()
            } else {
                Ipv6Addr::LOCALHOST.into()
            });
        }
        findings.push(match ask(transport, &format!("http://{address}/healthz")).await {
            Ok((StatusCode::OK, body)) if body == "ok\n" => {
                Finding::ok(RUNS, format!("listen.{name} answers at {address}"))
            }
            Ok((status, _)) => Finding::problem(
                RUNS,
                format!("at {address}, listen.{name}, is something else, which answers {status} at /healthz"),
                "choose another address, or stop what is there",
            ),
            Err(why) => Finding::problem(
                RUNS,
                format!("listen.{name} at {address} {why}"),
                "start it: `hikyaku gateway --config FILE`, and see what it logs",
            ),
        });
    }
    findings
}

/// Whether what LINE and its apps ask for can be reached at the public URL.
pub(super) async fn reached(config: &Config, transport: &HyperTransport) -> Vec<Finding> {
    let outside = [Served::Webhook, Served::Pictures, Served::OAuth];
    let Some(url) = &config.public_url else {
        let message = "no public_url is set: neither LINE nor anybody else can reach webhooks, pictures and pages";
        let next = "set public_url to the https address at which the internet reaches the gateway";
        let is_needed = outside.iter().any(|it| config.serves(*it));
        return is_needed.then(|| Finding::warning(PUBLIC, message, next)).into_iter().collect();
    };
    let url = url.trim_end_matches('/');
    let mut findings = vec![match ask(transport, &format!("{url}/healthz")).await {
        Ok((StatusCode::OK, body)) if body == "ok\n" => {
            Finding::ok(PUBLIC, format!("{url} leads to the gateway, from this machine"))
        }
        Ok((status, _)) => Finding::problem(
            PUBLIC,
            format!("{url} leads to something else, which answers {status} at /healthz"),
            "see that the gateway runs, and that the proxy before it forwards whole requests to its listener",
        ),
        Err(why) => Finding::problem(
            PUBLIC,
            format!("{url} {why}"),
            "start the gateway; see that the name leads to this machine, and that the certificate is there with its whole chain",
        ),
    }];
    if config.serves(Served::Pictures) {
        let missing = format!("{url}/pictures/{}.png", "0".repeat(64));
        findings.push(match ask(transport, &missing).await {
            // No picture has this name: the answer is the gateway's own.
            Ok((StatusCode::NOT_FOUND, body)) if body.starts_with(r#"{"status":404,"#) => {
                Finding::ok(PICTURES, format!("{url}/pictures is where LINE's apps find them"))
            }
            Ok((status, _)) => Finding::problem(
                PICTURES,
                format!("{url}/pictures is not the gateway's: it answers {status}"),
                "forward /pictures, without a login, to the listener that serves \"pictures\"",
            ),
            Err(why) => Finding::problem(
                PICTURES,
                format!("{url}/pictures {why}"),
                "forward /pictures, without a login, to the listener that serves \"pictures\"",
            ),
        });
    }
    findings
}

/// Whether LINE's webhooks go to the gateway; nothing where it takes none.
pub(super) fn webhook(
    config: &Config,
    endpoint: &Result<Answer<Option<WebhookEndpoint>>, Error>,
) -> Option<Finding> {
    let (Some(url), true) = (&config.public_url, config.serves(Served::Webhook)) else {
        return None;
    };
    let ours = format!("{}/webhook", url.trim_end_matches('/'));
    let Ok(endpoint) = endpoint else { return None };
    let set = endpoint.as_ref().map(|it| it.endpoint.as_str());
    (set != Some(ours.as_str())).then(|| {
        let message = format!("LINE's webhooks do not go to the gateway, which takes them at {ours}");
        let next = format!(
            "hikyaku api setWebhookEndpoint --body '{{\"endpoint\":\"{ours}\"}}'; until then it learns no chats"
        );
        Finding::warning(WEBHOOK, message, &next)
    })
}

/// Which users and groups the account has heard of.
pub(super) async fn seen(config: &Config, channel: &str) -> Finding {
    let next = "start the gateway, let it take webhooks, and write to the account or invite it to a group; \
        or give --to an id, and see that it can be reached";
    if missing_file(&config.store).is_some() {
        return Finding::unknown(SEEN, format!("there is no store {} yet", config.store), next);
    }
    let chats = match chats(config).await {
        Ok(chats) => chats,
        Err(why) => {
            let next = "see that no other program moves or repairs the store";
            return Finding::problem(SEEN, format!("the store cannot be read: {why}"), next);
        }
    };
    let of_channel: Vec<_> = chats.iter().filter(|chat| chat.channel == channel).collect();
    let there: Vec<_> = of_channel.iter().filter(|chat| !chat.gone).collect();
    if there.is_empty() {
        return Finding::warning(SEEN, "no user and no group yet", next);
    }
    let named = there.iter().take(NAMED).map(|chat| match &chat.name {
        Some(name) => format!("{} ({name})", chat.id),
        None => chat.id.clone(),
    });
    let mut message = named.collect::<Vec<_>>().join(", ");
    if there.len() > NAMED {
        message = format!("{message} and {} more", there.len() - NAMED);
    }
    match of_channel.len() - there.len() {
        0 => Finding::ok(SEEN, message),
        gone => Finding::ok(SEEN, format!("{message}; {gone} blocked the account or removed it")),
    }
}

async fn chats(
    config: &Config,
) -> Result<Vec<hikyaku_gateway::ChatRow>, Box<dyn std::error::Error + Send + Sync>> {
    let outbox = Outbox::open(&config.store).await?;
    Ok(State::open(&outbox).await?.chats().await?)
}

/// An answer's status and body; or what the URL does instead of answering.
async fn ask(transport: &HyperTransport, url: &str) -> Result<(StatusCode, String), String> {
    let request = Request::get(url).body(Bytes::new().into());
    let request = request.map_err(|_| "is no address".to_owned())?;
    let answer = async {
        let answer =
            transport.send(request).await.map_err(|why| format!("gives no answer: {why}"))?;
        let status = answer.status();
        let body = http_body_util::Limited::new(answer.into_body(), MOST).collect().await;
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    match timeout(WAIT, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("gives no answer within {} s", WAIT.as_secs())),
    }
}
