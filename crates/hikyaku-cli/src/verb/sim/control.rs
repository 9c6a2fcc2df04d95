use std::{fmt::Display, future::Future, path::PathBuf, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use clap::Args;
use hikyaku::transport::{HyperTransport, Transport};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    environment::unless_empty,
    failure::{network, refused, usage},
    file,
};

/// The time that connecting may take.
const CONNECT: Duration = Duration::from_secs(2);

/// The time that a call may take in addition to its wait.
const PATIENCE: Duration = Duration::from_secs(10);

// Which simulator.
#[derive(Debug, Args)]
pub(super) struct SimArgs {
    /// Base URL of the simulator's API
    #[arg(
        long,
        env = unless_empty("HIKYAKU_API_URL"),
        hide_env_values = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8686"
    )]
    api_url: String,

    /// Trust the certificate of this PEM file: that of a simulator that was started with --tls
    #[arg(long, env = unless_empty("HIKYAKU_CA_FILE"), hide_env_values = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Id of a channel of the simulator [default: the first]
    #[arg(long, value_name = "ID")]
    channel: Option<String>,
}

/// A simulator that runs elsewhere, by its control API.
pub(super) struct Control {
    url: String,
    channel: Option<String>,
    transport: HyperTransport,
}

/// A channel of the simulator, as far as it matters here.
pub(super) struct Channel {
    pub(super) id: String,
    /// Where its webhooks go, if they go anywhere.
    pub(super) webhook: Option<String>,
}

impl SimArgs {
    pub(super) fn control(&self) -> anyhow::Result<Control> {
        let url = self.api_url.trim_end_matches('/').to_owned();
        // LINE itself has no such calls, and a token sent there by mistake would be a real one.
        let transport = match &self.ca_file {
            _ if url.starts_with("http://") => HyperTransport::new(CONNECT),
            Some(file) if url.starts_with("https://") => {
                let pem = file::read_bytes(&file.display().to_string())?;
                HyperTransport::with_certificates(CONNECT, &pem)
                    .map_err(|why| usage(format!("{}: {why}", file.display())))?
            }
            _ => {
                return Err(usage(format!(
                    "{url} is not the URL of a simulator, which begins with http://, or with https:// and then needs \
                     --ca-file (HIKYAKU_CA_FILE); set --api-url (HIKYAKU_API_URL)"
                )));
            }
        };
        Ok(Control { url, channel: self.channel.clone(), transport })
    }
}

impl Control {
    /// One in this process.
    pub(super) fn at(url: String) -> Self {
        Self { url, channel: None, transport: HyperTransport::new(CONNECT) }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of the selected channel.
    pub(super) fn chosen_channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// Calls the control API, and returns the JSON of the response.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        self.call_for(PATIENCE, method, path, body).await
    }

    /// As [`Self::call`], for an answer that may take so long.
    pub(super) async fn call_for(
        &self,
        patience: Duration,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let (status, answer) = self.exchange(patience, method, path, body).await?;
        self.judge(status, answer)
    }

    /// Reads the entries after a position, and waits if there are none. Returns `None` if none arrived.
    pub(super) async fn news(&self, path: &str, wait: Duration) -> anyhow::Result<Option<Value>> {
        let path = format!("{path}&wait={}ms", wait.as_millis());
        let (status, answer) = self.exchange(PATIENCE + wait, Method::GET, &path, None).await?;
        if status == StatusCode::REQUEST_TIMEOUT {
            return Ok(None);
        }
        self.judge(status, answer).map(Some)
    }

    /// Returns the selected channel.
    pub(super) async fn channel(&self) -> anyhow::Result<Channel> {
        let channels = self.call(Method::GET, "/_sim/v1/channels", None).await?;
        let channels = channels["channels"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut channels = channels.filter_map(|channel| {
            let webhook = &channel["webhook"];
            Some(Channel {
                id: text(&channel["channelId"])?,
                webhook: text(&webhook["url"]).filter(|_| webhook["active"] == true),
            })
        });
        let channel = channels
            .find(|channel| self.channel.as_ref().is_none_or(|wanted| *wanted == channel.id));
        channel.ok_or_else(|| {
            let wanted = self.channel.as_deref().unwrap_or("sim-channel-1");
            refused(format!(
                "the simulator has no channel {wanted}; leave --channel out for the first"
            ))
        })
    }

    /// Makes the simulator test the endpoint of a channel, or another one, like LINE's console; returns the reason for
    /// a failure. LINE's own call has a rate limit, which a wait for a bot would soon exceed.
    pub(super) async fn test_webhook(
        &self,
        channel: &Channel,
        endpoint: Option<&str>,
    ) -> anyhow::Result<Result<(), String>> {
        let body = endpoint.map(|url| serde_json::json!({ "endpoint": url }));
        let path = format!("/_sim/v1/channels/{}/test", channel.id);
        let answer = self.call(Method::POST, &path, body.as_ref()).await?;
        if answer["success"] == true {
            return Ok(Ok(()));
        }
        let word = |name: &str| answer[name].as_str().unwrap_or_default();
        Ok(Err(format!("{} ({})", word("reason"), word("detail"))))
    }

    fn judge(&self, status: StatusCode, answer: Value) -> anyhow::Result<Value> {
        if status.is_success() {
            return Ok(answer);
        }
        Err(match message(&answer) {
            Some(message) => refused(message),
            None => network(format!(
                "{} answered {status}, which no simulator does; check --api-url (HIKYAKU_API_URL)",
                self.url
            )),
        })
    }

    /// Sends a request and reads the response, whatever its status.
    fn exchange(
        &self,
        patience: Duration,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> impl Future<Output = anyhow::Result<(StatusCode, Value)>> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body).into());
        async move {
            let request =
                request.context("cannot make the request; check --api-url and the ids")?;
            let answer = async {
                let answer = self.transport.send(request).await.map_err(|why| self.silent(&why))?;
                let (head, body) = answer.into_parts();
                let body = body.collect().await.map_err(|why| self.silent(&why))?.to_bytes();
                let json =
                    if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&body) };
                let json = json.map_err(|_| self.foreign())?;
                Ok((head.status, json))
            };
            match timeout(patience, answer).await {
                Ok(answer) => answer,
                Err(_) => Err(self.silent(&"no answer in time")),
            }
        }
    }

    fn silent(&self, why: &dyn Display) -> anyhow::Error {
        network(format!(
            "no simulator answers at {}: {why}; start `hikyaku sim`, or set --api-url (HIKYAKU_API_URL)",
            self.url
        ))
    }

    fn foreign(&self) -> anyhow::Error {
        network(format!(
            "something else than a simulator answers at {}; check --api-url (HIKYAKU_API_URL)",
            self.url
        ))
    }
}

/// Returns the error message in a response.
fn message(answer: &Value) -> Option<&str> {
    answer["message"].as_str()
}
