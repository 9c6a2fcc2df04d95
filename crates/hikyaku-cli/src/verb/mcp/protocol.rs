//! JSON-RPC with one message per line, as in the protocol's stdio transport.
//!
//! Source: <https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#stdio>

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin, stdout};

use super::{tools, world::World};

/// The supported versions, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// The longest line that is read, in bytes: LINE accepts 2 MB.
const LONGEST: u64 = 4 << 20;

/// Answers requests until stdin ends.
pub(super) async fn serve(world: &World) -> anyhow::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stdin()), stdout());
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LONGEST).read_until(b'\n', &mut line).await;
        if read.context("cannot read stdin")? == 0 {
            return Ok(());
        }
        if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
            anyhow::bail!("a line on stdin is longer than 4 MiB");
        }
        let Some(answer) = answer(world, &line).await else { continue };
        let mut answer = serde_json::to_vec(&answer)?;
        answer.push(b'\n');
        out.write_all(&answer).await.context("cannot write to stdout")?;
        out.flush().await.context("cannot write to stdout")?;
    }
}

/// Returns nothing for a notification or a blank line.
async fn answer(world: &World, line: &[u8]) -> Option<Value> {
    if line.trim_ascii().is_empty() {
        return None;
    }
    let Ok(request) = serde_json::from_slice::<Value>(line) else {
        return Some(error(&Value::Null, -32700, "this is no JSON"));
    };
    let id = request.get("id").cloned();
    let Some(method) = request.get("method").and_then(Value::as_str) else {
        let is_answer = request.get("result").or(request.get("error")).is_some();
        let id = id.unwrap_or_default();
        return (!is_answer).then(|| error(&id, -32600, "a request is an object with a method"));
    };
    let id = id?;
    let nothing = Value::Null;
    let params = request.get("params").unwrap_or(&nothing);
    Some(match method {
        "initialize" => result(&id, &initialized(world, params)),
        "ping" => result(&id, &json!({})),
        "tools/list" => result(&id, &json!({ "tools": tools::list() })),
        "tools/call" => match params.get("name").and_then(Value::as_str) {
            Some(name) => match tools::call(world, name, params.get("arguments")).await {
                Some(called) => result(&id, &called),
                None => error(&id, -32602, &format!("there is no tool {name}; ask for tools/list")),
            },
            None => error(&id, -32602, "params.name must be the name of a tool"),
        },
        _ => error(&id, -32601, &format!("the method {method} is not known here")),
    })
}

fn initialized(world: &World, params: &Value) -> Value {
    let asked = params.get("protocolVersion").and_then(Value::as_str);
    let version = VERSIONS.into_iter().find(|it| asked == Some(it)).unwrap_or(VERSIONS[0]);
    json!({
        "protocolVersion": version,
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": "hikyaku", "title": "LINE", "version": env!("CARGO_PKG_VERSION") },
        "instructions": world.instructions(),
    })
}

fn result(id: &Value, result: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}
