//! The MCP server, as a client speaks with it: a line in, a line out.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use hikyaku_sim::Sim;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{command::Shell, platform::Platform};

/// A client that has started the server.
struct Client {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
    _folder: TempDir,
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Client {
    fn start(words: &[&str], environment: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_hikyaku"))
            .args(words)
            .env_clear()
            .env("HOME", folder.path())
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (to, from) =
            (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let mut client = Self { server, to, from, asked: 0, _folder: folder };
        let hello = json!({
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let told = client.ask("initialize", &hello);
        assert_eq!(told["result"]["protocolVersion"], "2025-06-18", "{told}");
        client.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        client
    }

    fn write(&mut self, line: &str) {
        writeln!(self.to, "{line}").unwrap();
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let request =
            json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        self.write(&request.to_string());
        let told = self.read();
        assert_eq!((&told["id"], &told["jsonrpc"]), (&self.asked.into(), &"2.0".into()), "{told}");
        told
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let told = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        told.get("result").unwrap_or_else(|| panic!("{told}")).clone()
    }

    /// What a call that must succeed tells.
    fn done(&mut self, tool: &str, arguments: &Value) -> Value {
        let told = self.call(tool, arguments);
        assert_eq!(told["isError"], false, "{told}");
        // The text is the same for clients that read no structure.
        let text: Value =
            serde_json::from_str(told["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, told["structuredContent"]);
        text
    }

    /// What a call that must fail tells.
    fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let told = self.call(tool, arguments);
        assert_eq!(told["isError"], true, "{told}");
        told["content"][0]["text"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_tools_are_told_with_their_arguments_and_dangers() {
    let mut client = Client::start(&["mcp"], &[]);
    let told = client.ask("tools/list", &json!({}));
    let tools = told["result"]["tools"].as_array().unwrap().clone();
    let names: Vec<_> = tools.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "send_message",
            "show_send",
            "list_sends",
            "get_profile",
            "get_group",
            "get_quota",
            "list_rich_menus",
            "check_messages",
            "draw_flex"
        ]
    );
    for tool in &tools {
        assert_eq!(tool["inputSchema"]["type"], "object");
        assert_eq!(tool["annotations"]["readOnlyHint"], tool["name"] != "send_message");
        assert!(tool["description"].as_str().unwrap().ends_with('.'));
    }
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    assert_eq!(client.ask("resources/list", &json!({}))["error"]["code"], -32601);
    let unknown = client.ask("tools/call", &json!({ "name": "delete_everything" }));
    assert_eq!(unknown["error"]["code"], -32602);
    client.write("no json");
    assert_eq!(client.read()["error"]["code"], -32700);
    client.write("[]");
    assert_eq!(client.read()["error"]["code"], -32600);
    // A notification, a blank line and an answer get none.
    client.write("\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}\n{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}");
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
}

#[test]
fn it_is_dry_and_what_goes_to_many_needs_their_number() {
    let mut client = Client::start(&["mcp"], &[]);
    let hello =
        client.ask("initialize", &json!({ "protocolVersion": "1999-01-01" }))["result"].clone();
    assert_eq!(hello["protocolVersion"], "2025-11-25");
    let told = hello["instructions"].as_str().unwrap().to_owned();
    assert!(told.contains("nothing reaches a person"), "{told}");
    let id = |letter: char| {
        let mut words = told.split(|c: char| !c.is_ascii_alphanumeric());
        words.find(|word| word.starts_with(letter) && word.len() == 33).unwrap().to_owned()
    };
    let (user, group) = (id('U'), id('C'));

    let sent = client.done("send_message", &json!({ "to": user, "text": "hello" }));
    assert_eq!((&sent["state"], &sent["simulated"]), (&"accepted".into(), &true.into()), "{sent}");
    assert_eq!((&sent["people"], &sent["cost_in_messages"]), (&1.into(), &1.into()));
    let again = client.done("show_send", &json!({ "delivery_id": sent["delivery_id"] }));
    assert_eq!(again["request_id"], sent["request_id"]);

    // A group is more than one, too.
    for (to, people) in [(json!([user, "U4af4980629000000000000000000000a"]), 2), (json!(group), 2)]
    {
        let asked = client.refused("send_message", &json!({ "to": to, "text": "hello all" }));
        assert!(asked.contains(&format!("goes to {people} people")), "{asked}");
        let wrong = json!({ "to": to, "text": "hello all", "confirm_recipients": people + 1 });
        client.refused("send_message", &wrong);
        let sent = json!({ "to": to, "text": "hello all", "confirm_recipients": people });
        let sent = client.done("send_message", &sent);
        assert_eq!(
            (&sent["state"], &sent["people"]),
            (&"accepted".into(), &people.into()),
            "{sent}"
        );
    }
    assert_eq!(client.done("get_quota", &json!({}))["used"], 5);
    assert_eq!(client.done("list_sends", &json!({}))["sends"].as_array().unwrap().len(), 3);
    assert!(client.done("get_profile", &json!({ "user_id": user }))["displayName"].is_string());
    assert_eq!(client.done("get_group", &json!({ "group_id": group }))["members"], 2);
    assert_eq!(client.done("list_rich_menus", &json!({}))["richmenus"], json!([]));

    // Under a name it is sent once.
    let once = json!({ "to": user, "text": "paid", "idempotency_key": "order-17" });
    let first = client.done("send_message", &once);
    let second = client.done("send_message", &once);
    assert_eq!(
        (&second["delivery_id"], &second["existing"]),
        (&first["delivery_id"], &true.into())
    );
}

#[test]
fn mistakes_are_told_so_that_a_model_can_mend_them() {
    let mut client = Client::start(&["mcp"], &[]);
    let user = "U4af4980629000000000000000000000a";
    for (arguments, told) in [
        (json!({ "text": "hi" }), "needs the argument to"),
        (json!({ "to": user }), "give either text or messages"),
        (json!({ "to": user, "text": "hi", "messages": [] }), "give either text or messages"),
        (
            json!({ "to": user, "text": "hi", "recipients": 3 }),
            "has no argument recipients; it has to,",
        ),
        (json!({ "to": user, "text": "" }), "messages[0].text"),
        (json!({ "to": [], "text": "hi" }), "must name somebody"),
        (json!({ "to": [user, "C4af4980629000000000000000000000a"], "text": "hi" }), "to["),
        (json!({ "to": user, "messages": [{ "type": "text" }] }), "messages"),
    ] {
        let error = client.refused("send_message", &arguments);
        assert!(error.contains(told), "{arguments}: {error}");
    }
    assert!(client.refused("show_send", &json!({ "delivery_id": 99 })).contains("no delivery 99"));
    let checked = client.done("check_messages", &json!({ "messages": [{ "type": "image", "originalContentUrl": "http://a/", "previewImageUrl": "https://a/" }] }));
    assert_eq!(checked["valid"], false);
    assert_eq!(checked["problems"][0]["property"], "messages[0].originalContentUrl");
    let bubble = json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [
        { "type": "text", "text": "<b>hello</b>" }, { "type": "text", "text": "" },
    ] } });
    let drawn = client.call("draw_flex", &json!({ "flex": bubble }));
    assert_eq!(drawn["structuredContent"]["valid"], false, "{drawn}");
    let page = &drawn["content"][1]["resource"];
    assert_eq!(page["mimeType"], "text/html");
    assert!(page["text"].as_str().unwrap().contains("&lt;b&gt;hello&lt;/b&gt;"));
    assert!(
        client
            .refused("draw_flex", &json!({ "flex": { "type": "box" } }))
            .contains("bubble or carousel")
    );
}

#[test]
fn live_it_sends_by_the_account_of_the_token_through_the_store() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let environment = [
        ("HIKYAKU_API_URL", platform.sim.api_url()),
        ("HIKYAKU_DATA_URL", platform.sim.data_url()),
        ("LINE_CHANNEL_ACCESS_TOKEN", platform.sim.channel_token().expose().to_owned()),
    ];
    let mut client = Client::start(&["mcp", "--live"], &environment);
    let sent = client.done("send_message", &json!({ "to": user.as_str(), "text": "hello" }));
    assert_eq!((&sent["state"], &sent["simulated"]), (&"accepted".into(), &false.into()), "{sent}");
    assert_eq!(platform.sim.outbox()[0].text(), Some("hello"));
    // Without a token there is nothing to be live by.
    let outcome = Shell::bare().run(["mcp", "--live"]);
    assert!(outcome.code == 2 && outcome.stderr.contains("no channel access token"), "{outcome}");
}
