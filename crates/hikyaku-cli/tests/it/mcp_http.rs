//! The MCP server over HTTP, byte by byte.

use serde_json::{Value, json};

use crate::{
    command::{Shell, Started},
    http,
};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
const LIST: &str = r#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#;
const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

/// A server, and where it listens.
fn start(shell: &Shell, words: &[&str]) -> (Started, String) {
    let words = ["mcp", "--listen", "127.0.0.1:0", "--json"].iter().chain(words).copied();
    let mut server = shell.start(words);
    let line: Value = serde_json::from_str(&server.lines().next().unwrap()).unwrap();
    let url = line["url"].as_str().unwrap();
    let address = url.strip_prefix("http://").unwrap().strip_suffix("/mcp").unwrap();
    (server, address.to_owned())
}

/// The status, and the answer with its head.
fn ask(address: &str, method: &str, headers: &[&str], body: &str) -> (u16, String) {
    let headers: Vec<_> = headers.iter().flat_map(|it| [*it, "\r\n"]).collect();
    let request = format!(
        "{method} /mcp HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n{body}",
        body.len(),
        headers.concat()
    );
    let answer = http::ask(address, &request);
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

fn post(address: &str, headers: &[&str], body: &str) -> (u16, Value) {
    let usual = ["Content-Type: application/json", "Accept: application/json, text/event-stream"];
    let (status, answer) = ask(address, "POST", &[&usual, headers].concat(), body);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    if !head.contains("content-type: application/json") {
        return (status, Value::String(body.to_owned()));
    }
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn requests_are_answered_and_notifications_accepted() {
    let (server, address) = start(&Shell::bare(), &[]);
    let (status, hello) = post(&address, &[], INITIALIZE);
    assert_eq!((status, &hello["result"]["protocolVersion"]), (200, &"2025-11-25".into()));
    assert_eq!(post(&address, &[], INITIALIZED), (202, "".into()));
    let (status, tools) = post(&address, &["MCP-Protocol-Version: 2025-11-25"], LIST);
    assert_eq!((status, &tools["id"]), (200, &"a".into()));
    assert_eq!(tools["result"]["tools"].as_array().unwrap().len(), 9);
    // A method that does not exist is an error of the protocol, and not of HTTP.
    let (status, unknown) =
        post(&address, &[], r#"{"jsonrpc":"2.0","id":2,"method":"resources/list"}"#);
    assert_eq!((status, &unknown["error"]["code"]), (200, &(-32601).into()));
    for (body, code) in [("no json", -32700), ("[]", -32600), ("", -32700)] {
        let (status, error) = post(&address, &[], body);
        assert_eq!((status, &error["error"]["code"]), (400, &code.into()), "{body}");
    }
    let (status, error) = post(&address, &["MCP-Protocol-Version: 1999-01-01"], LIST);
    assert_eq!((status, &error["error"]["code"]), (400, &(-32022).into()));
    // There is no stream to listen at, and no session to end.
    for method in ["GET", "DELETE"] {
        assert_eq!(ask(&address, method, &["Accept: text/event-stream"], "").0, 405, "{method}");
    }
    let large = " ".repeat(4 << 20) + LIST;
    assert_eq!(post(&address, &[], &large).0, 413);
    assert_eq!(server.stop("TERM").0, Some(0));
}

#[test]
fn the_revision_without_handshake_is_served_by_its_rules() {
    let (_server, address) = start(&Shell::bare(), &[]);
    let request = |method: &str, more: Value| {
        let mut params = more;
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
    };
    let revision = "MCP-Protocol-Version: 2026-07-28";
    let discover = request("server/discover", json!({}));
    let (status, told) = post(&address, &[revision, "Mcp-Method: server/discover"], &discover);
    assert_eq!((status, &told["result"]["supportedVersions"][0]), (200, &"2026-07-28".into()));
    assert_eq!(told["result"]["resultType"], "complete");
    let server = &told["result"]["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(server["name"], "hikyaku");

    let call = request("tools/call", json!({ "name": "get_quota" }));
    let right = [revision, "Mcp-Method: tools/call", "Mcp-Name: get_quota"];
    let (status, told) = post(&address, &right, &call);
    assert_eq!((status, &told["result"]["structuredContent"]["used"]), (200, &0.into()), "{told}");
    for wrong in [
        &right[..2],
        &[revision, "Mcp-Method: tools/list", "Mcp-Name: get_quota"],
        &[revision, "Mcp-Method: tools/call", "Mcp-Name: send_message"],
        &right[1..],
        &["MCP-Protocol-Version: 2025-11-25", right[1], right[2]],
    ] {
        let (status, told) = post(&address, wrong, &call);
        assert_eq!((status, &told["error"]["code"]), (400, &(-32020).into()), "{wrong:?}");
    }
    let unknown = request("resources/list", json!({}));
    let (status, told) = post(&address, &[revision, "Mcp-Method: resources/list"], &unknown);
    assert_eq!((status, &told["error"]["code"]), (404, &(-32601).into()));
    let future = unknown.replace("2026-07-28", "2999-01-01");
    let headers = ["MCP-Protocol-Version: 2999-01-01", "Mcp-Method: resources/list"];
    let (status, told) = post(&address, &headers, &future);
    assert_eq!((status, &told["error"]["code"]), (400, &(-32022).into()));
    assert_eq!(told["error"]["data"]["requested"], "2999-01-01");
}

#[test]
fn pages_in_a_browser_and_strangers_are_refused() {
    let (_server, address) = start(&Shell::bare(), &[]);
    for origin in ["http://evil.example", "http://localhost:3000", "null"] {
        let (status, _) = post(&address, &[&format!("Origin: {origin}")], INITIALIZE);
        assert_eq!(status, 403, "{origin}");
    }
    // A form of a page, which a browser sends without asking first.
    let (status, _) = ask(&address, "POST", &["Content-Type: text/plain"], INITIALIZE);
    assert_eq!(status, 415);

    let shell = Shell::bare().with_file("token", "s3cret\n");
    let (_server, address) = start(&shell, &["--listen-token", "@token"]);
    for wrong in [&[][..], &["Authorization: Bearer other"], &["Authorization: s3cret"]] {
        let usual = [wrong, &["Content-Type: application/json"]].concat();
        let (status, answer) = ask(&address, "POST", &usual, INITIALIZE);
        assert_eq!(status, 401, "{wrong:?}");
        assert!(answer.contains("www-authenticate: Bearer\r\n"), "{answer}");
    }
    assert_eq!(post(&address, &["Authorization: Bearer s3cret"], INITIALIZE).0, 200);
}

#[test]
fn beyond_this_machine_it_listens_with_a_token_only() {
    for (words, why) in [
        (&["mcp", "--listen", "0.0.0.0:0"][..], "add --listen-token"),
        (&["mcp", "--listen", "0.0.0.0:0", "--listen-token", ""], "is empty"),
    ] {
        let outcome = Shell::bare().run(words.iter().copied());
        assert!(outcome.code == 2 && outcome.stderr.contains(why), "{outcome}");
    }
    let shell = Shell::bare().with("HIKYAKU_MCP_TOKEN", "s3cret");
    let mut server = shell.start(["mcp", "--listen", "0.0.0.0:0"]);
    assert!(server.lines().next().unwrap().starts_with("the MCP server is at http://0.0.0.0:"));
    assert_eq!(server.stop("TERM"), (Some(0), String::new()));
}
