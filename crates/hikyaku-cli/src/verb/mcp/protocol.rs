//! The protocol's JSON-RPC messages, whichever transport carries them.
//!
//! Source: <https://modelcontextprotocol.io/specification/2026-07-28/basic>

use serde_json::{Value, json};

use super::{tools, world::World};

/// The largest message that is read, in bytes: LINE accepts 2 MB.
pub(super) const LONGEST: usize = 4 << 20;

/// The revision whose requests each name their revision, without a handshake.
pub(super) const STATELESS: &str = "2026-07-28";

/// The revisions that begin with `initialize`, the newest first.
const WITH_HANDSHAKE: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// The keys of what requests and responses say about their senders.
const REVISION: &str = "io.modelcontextprotocol/protocolVersion";
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// How long a client may keep the list of tools, in milliseconds. It changes only with the program.
const TTL: u64 = 60_000;

pub(super) const UNKNOWN_METHOD: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
pub(super) const HEADER_MISMATCH: i64 = -32020;
const UNSUPPORTED_REVISION: i64 = -32022;

/// A message from a client.
pub(super) enum Incoming {
    Request(Request),
    /// A notification or a response; neither is answered.
    Other,
}

/// A message that is answered.
pub(super) struct Request {
    id: Value,
    pub(super) method: String,
    pub(super) params: Value,
}

/// Reads a message; fails with the error to answer.
pub(super) fn read(message: &[u8]) -> Result<Incoming, Value> {
    let Ok(mut message) = serde_json::from_slice::<Value>(message) else {
        return Err(error(&Value::Null, -32700, "this is no JSON"));
    };
    let id = message.get("id").cloned();
    let Some(method) = message.get("method").and_then(Value::as_str).map(str::to_owned) else {
        if message.get("result").or(message.get("error")).is_some() {
            return Ok(Incoming::Other);
        }
        let id = id.unwrap_or_default();
        return Err(error(&id, -32600, "a request is an object with a method"));
    };
    let params = message.get_mut("params").map(Value::take).unwrap_or_default();
    Ok(id.map_or(Incoming::Other, |id| Incoming::Request(Request { id, method, params })))
}

/// Returns whether this revision of the protocol is supported.
pub(super) fn is_supported(revision: &str) -> bool {
    revision == STATELESS || WITH_HANDSHAKE.contains(&revision)
}

impl Request {
    /// Returns the revision that the request itself names.
    pub(super) fn revision(&self) -> Option<&str> {
        self.params.get("_meta")?.get(REVISION)?.as_str()
    }

    /// Returns the name of the called tool.
    pub(super) fn tool(&self) -> Option<&str> {
        self.params.get("name")?.as_str()
    }

    pub(super) async fn answer(&self, world: &World) -> Value {
        if let Some(revision) = self.revision().filter(|it| !is_supported(it)) {
            return self.refuse_revision(revision);
        }
        match self.method.as_str() {
            "initialize" => self.result(self.initialized(world)),
            "server/discover" => self.result(json!({
                "supportedVersions": supported(),
                "capabilities": capabilities(),
                "instructions": world.instructions(),
            })),
            "ping" => self.result(json!({})),
            "tools/list" => self.result(json!({ "tools": tools::list() })),
            "tools/call" => self.called(world).await,
            method => self.error(UNKNOWN_METHOD, &format!("the method {method} is not known here")),
        }
    }

    async fn called(&self, world: &World) -> Value {
        let Some(name) = self.tool() else {
            return self.error(INVALID_PARAMS, "params.name must be the name of a tool");
        };
        if let Some(called) = tools::call(world, name, self.params.get("arguments")).await {
            return self.result(called);
        }
        self.error(INVALID_PARAMS, &format!("there is no tool {name}; ask for tools/list"))
    }

    /// Returns whether it belongs to the revision without a handshake.
    pub(super) fn is_stateless(&self) -> bool {
        self.revision() == Some(STATELESS) || self.method == "server/discover"
    }

    fn initialized(&self, world: &World) -> Value {
        let asked = self.params.get("protocolVersion").and_then(Value::as_str);
        let revision = WITH_HANDSHAKE.into_iter().find(|it| asked == Some(it));
        json!({
            "protocolVersion": revision.unwrap_or(WITH_HANDSHAKE[0]),
            "capabilities": capabilities(),
            "serverInfo": server_info(),
            "instructions": world.instructions(),
        })
    }

    fn result(&self, mut result: Value) -> Value {
        if self.is_stateless() {
            result["resultType"] = "complete".into();
            result["_meta"] = json!({ SERVER_INFO: server_info() });
            if self.method != "tools/call" {
                result["ttlMs"] = TTL.into();
                result["cacheScope"] = "private".into();
            }
        }
        json!({ "jsonrpc": "2.0", "id": self.id, "result": result })
    }

    pub(super) fn error(&self, code: i64, message: &str) -> Value {
        error(&self.id, code, message)
    }

    pub(super) fn refuse_revision(&self, requested: &str) -> Value {
        let mut answer = self.error(UNSUPPORTED_REVISION, "unsupported protocol version");
        answer["error"]["data"] = json!({ "supported": supported(), "requested": requested });
        answer
    }
}

fn supported() -> Vec<&'static str> {
    std::iter::once(STATELESS).chain(WITH_HANDSHAKE).collect()
}

fn capabilities() -> Value {
    json!({ "tools": { "listChanged": false } })
}

fn server_info() -> Value {
    json!({ "name": "hikyaku", "title": "LINE", "version": env!("CARGO_PKG_VERSION") })
}

fn error(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}
