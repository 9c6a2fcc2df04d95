//! A client that knows nothing: it writes bytes and splits what comes back.

use std::collections::BTreeMap;

use hikyaku_sim::Sim;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An answer as it came.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The answer whose bytes these are.
    pub(crate) fn read(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no HTTP: {:?}", String::from_utf8_lossy(answer)));
        let head = str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Self { status, headers: headers.collect(), body: answer[end + 4..].to_vec() }
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.headers["x-line-request-id"]
    }

    /// Checks the status and the whole body.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, self.text()), (status, body));
    }
}

impl Answer {
    /// Checks the status alone, where the words are ours.
    #[track_caller]
    pub(crate) fn is_status(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
    }
}

/// Writes bytes to a listener and reads until it closes.
pub(crate) async fn raw(url: &str, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The bytes of a request that asks for the connection to be closed.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.extend(["content-length: ", &body.len().to_string(), "\r\n\r\n"]);
    [head.as_bytes(), body].concat()
}

/// Sends one request on its own connection.
pub(crate) async fn send(
    url: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    raw(url, &request(method, path, headers, body)).await.map(|answer| Answer::read(&answer))
}

/// The value of the `Authorization` header for the channel.
pub(crate) fn bearer(sim: &Sim) -> String {
    format!("Bearer {}", sim.channel_token().expose())
}

/// Sends JSON with the channel's token, and more headers.
pub(crate) async fn post_with(
    sim: &Sim,
    path: &str,
    headers: &[(&str, &str)],
    json: &str,
) -> Answer {
    let bearer = bearer(sim);
    let mut all = vec![("authorization", &*bearer), ("content-type", "application/json")];
    all.extend_from_slice(headers);
    send(&sim.api_url(), "POST", path, &all, json.as_bytes()).await.unwrap()
}

/// Sends JSON with the channel's token.
pub(crate) async fn post(sim: &Sim, path: &str, json: &str) -> Answer {
    post_with(sim, path, &[], json).await
}

/// Gets a path with the channel's token.
pub(crate) async fn get(sim: &Sim, path: &str) -> Answer {
    let bearer = bearer(sim);
    send(&sim.api_url(), "GET", path, &[("authorization", &bearer)], b"").await.unwrap()
}

/// Calls the control API, and makes sure that both sides are as its description says.
pub(crate) async fn control(sim: &Sim, method: &str, path: &str, json: &str) -> Answer {
    let whole = format!("/_sim/v1{path}");
    let answer = send(&sim.api_url(), method, &whole, &[], json.as_bytes()).await.unwrap();
    crate::schema::check(method, path, json, &answer);
    answer
}

/// Calls an operation of the API's host with the channel's token, and JSON if there is a body.
pub(crate) async fn call(sim: &Sim, method: &str, path: &str, json: &str) -> Answer {
    let bearer = bearer(sim);
    let mut headers = vec![("authorization", &*bearer)];
    if !json.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    send(&sim.api_url(), method, path, &headers, json.as_bytes()).await.unwrap()
}

/// Gets a path of the data host with the channel's token.
pub(crate) async fn get_data(sim: &Sim, path: &str) -> Answer {
    send(&sim.data_url(), "GET", path, &[("authorization", &bearer(sim))], b"").await.unwrap()
}
