//! A stand-in for LINE that issues tokens and takes calls with them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::{
    Client, Error, RetryPolicy, TokenProvider,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use tokio::time::Instant;

use super::secret;

/// LINE as far as tokens go: issues `T1`, `T2` and so on, and takes calls with those that it has not revoked.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<World>>);

pub(super) struct World {
    pub(super) life: u64,
    pub(super) issuing_takes: Duration,
    pub(super) issuing_fails: Option<u16>,
    pub(super) revoked: HashSet<String>,
    pub(super) refuses_all: bool,
    began: Instant,
    /// What happened: `issue` with its second, `push` with its token.
    log: Vec<String>,
    issued: u32,
}

impl Line {
    pub(super) fn new(life: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            life,
            issuing_takes: Duration::from_secs(1),
            issuing_fails: None,
            revoked: HashSet::new(),
            refuses_all: false,
            began: Instant::now(),
            log: Vec::new(),
            issued: 0,
        })))
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.0.lock().unwrap());
    }

    pub(super) fn client(&self, tokens: TokenProvider) -> Client {
        let retry = RetryPolicy::none();
        Client::builder_with(tokens).transport(self.clone()).retry(retry).build().unwrap()
    }

    /// What happened since the last look.
    pub(super) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().log)
    }

    fn issue(&self) -> (u16, String) {
        let mut world = self.0.lock().unwrap();
        if let Some(status) = world.issuing_fails {
            return (status, r#"{"error":"invalid_client"}"#.to_owned());
        }
        world.issued += 1;
        let (number, life) = (world.issued, world.life);
        (
            200,
            format!(
                r#"{{"access_token":"T{number}","expires_in":{life},"token_type":"Bearer","key_id":"K{number}"}}"#
            ),
        )
    }

    fn push(&self, authorization: &str) -> (u16, String) {
        let mut world = self.0.lock().unwrap();
        let token = authorization.strip_prefix("Bearer ").unwrap();
        world.log.push(format!("push {token}"));
        if world.refuses_all || world.revoked.contains(token) {
            (401, r#"{"message":"invalid token"}"#.to_owned())
        } else {
            (200, "{}".to_owned())
        }
    }
}

impl Transport for Line {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>>
    {
        Box::pin(async move {
            let (status, body) = if let Some(authorization) = request.headers().get("authorization")
            {
                self.push(authorization.to_str().unwrap())
            } else {
                let takes = {
                    let mut world = self.0.lock().unwrap();
                    let second = world.began.elapsed().as_secs();
                    world.log.push(format!("issue at {second}"));
                    world.issuing_takes
                };
                tokio::time::sleep(takes).await;
                self.issue()
            };
            let response = http::Response::builder().header("x-line-request-id", "REQUEST-ID");
            Ok(response.status(status).body(Bytes::from(body).into()).unwrap())
        })
    }
}

pub(super) fn stateless() -> TokenProvider {
    TokenProvider::stateless("1234567890", secret())
}

pub(super) async fn push(client: &Client) -> Result<hikyaku::Accepted, Error> {
    client.push("U1", "hi").await
}

/// Lets time pass, and what runs in the background with it.
pub(super) async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
