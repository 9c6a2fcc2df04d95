//! The lines for curl in the documentation, run as they stand.

use serde_json::Value;

use crate::{command::Shell, sim_exec};

/// The gateway's address in the guides.
const GATEWAY: &str = "http://127.0.0.1:8680";

/// What needs a gateway that serves pictures, and so an address that LINE would take them from. The demo has none.
const PICTURES: &str = "/_hikyaku/v1/pictures";

/// A picture of one red pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\xdac\xf8\xcf\xc0\0\0\x03\x01\x01\0\xf7\x03AC\0\0\0\0IEND\xaeB`\x82";

/// The simulator's.
const SIMULATOR: &str = "localhost:8686";

/// A line that is entered, and what the page shows of its answer.
struct Command {
    line: String,
    answer: String,
}

/// Which commands of a page are for curl: within fences of this language, those behind this prompt.
fn commands(page: &str, language: &str, prompt: &str) -> Vec<Command> {
    let (mut commands, mut inside): (Vec<Command>, _) = (Vec::new(), false);
    let mut continues = false;
    for line in page.lines().map(str::trim_start) {
        if let Some(fence) = line.strip_prefix("```") {
            (inside, continues) = (!inside && fence == language, false);
            continue;
        }
        if !inside {
            continue;
        }
        let (entered, is_new) = match line.strip_prefix(prompt) {
            Some(entered) if !continues => (entered, true),
            _ => (line, false),
        };
        if is_new {
            commands.push(Command { line: String::new(), answer: String::new() });
        }
        let Some(command) = commands.last_mut() else { continue };
        if is_new || continues {
            continues = entered.ends_with('\\');
            command.line.push_str(entered);
            command.line.push('\n');
        } else {
            command.answer.push_str(line);
        }
    }
    commands.retain(|command| command.line.starts_with("curl "));
    commands
}

/// Runs a command with a curl that fails where it is refused, and wants the answer that the page shows.
fn works(shell: &Shell, Command { line, answer }: &Command, name: &str) {
    let script = format!("curl() {{ command curl -fsS --max-time 90 \"$@\"; }}\n{line}");
    let outcome = shell.run_script(&script);
    assert_eq!(outcome.code, 0, "{name}: {line}{outcome}");
    if !answer.is_empty() {
        assert_eq!(outcome.stdout.trim(), answer, "{name}: {line}");
    }
}

#[test]
fn the_guides_of_the_gateway_work() {
    let shell = sim_exec::shell();
    let mut demo = shell.start(["gateway", "--demo", "--json"]);
    let ready: Value = serde_json::from_str(&demo.lines().next().unwrap()).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap();
    let shell = [("TOKEN", "token"), ("KEY", "key"), ("USER_ID", "alice")]
        .iter()
        .fold(sim_exec::shell(), |shell, (variable, name)| shell.with(variable, text(name)));
    for (name, page, least) in [
        ("gateway.md", include_str!("../../../../docs/gateway.md"), 4),
        ("migrate.md", include_str!("../../../../docs/migrate.md"), 7),
    ] {
        let mut commands = commands(page, "console", "$ ");
        commands.retain(|command| !command.line.contains(PICTURES));
        assert!(commands.len() >= least, "{name} has {} lines for curl", commands.len());
        for mut command in commands {
            assert!(command.line.contains(GATEWAY), "{name}: {}", command.line);
            command.line = command.line.replace(GATEWAY, text("url"));
            works(&shell, &command, name);
        }
    }
    assert_eq!(demo.stop("TERM").0, Some(0));
}

#[test]
fn the_pushes_of_the_examples_go_through_the_line_door() {
    let mut demo = sim_exec::shell().start(["gateway", "--demo", "--json"]);
    let ready: Value = serde_json::from_str(&demo.lines().next().unwrap()).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap();
    let shell = sim_exec::shell()
        .with("HIKYAKU_API_URL", text("url"))
        .with("LINE_CHANNEL_ACCESS_TOKEN", text("key"));
    let (simulator, _) = text("alice_url").split_once("/_sim/").unwrap();
    let arrives = |program: &str, name: &str| {
        let script = format!(
            "{program} {} 'from {name}' && curl -fsS {simulator}/_sim/v1/outbox/latest",
            text("alice")
        );
        let outcome = shell.run_script(&script);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains(&format!(r#""text":"from {name}""#)), "{outcome}");
    };
    let folder = sim_exec::example("python");
    if let Some(python) = sim_exec::python(&folder) {
        arrives(&format!("{} {}/push.py", python.display(), folder.display()), "Python");
    }
    if let Some(folder) = sim_exec::node(&sim_exec::example("node")) {
        arrives(&format!("node {}/push.mjs", folder.display()), "Node.js");
    }
    assert_eq!(demo.stop("TERM").0, Some(0));
}

#[test]
fn the_line_that_uploads_a_picture_works() {
    let config = "store = \"sqlite:hikyaku.db\"\npublic_url = \"https://pictures.example\"\n[listen.lan]\naddress = \"127.0.0.1:0\"\n\
        serve = [\"line\", \"pictures\"]\n[channel.default]\ntoken = \"t\"\napi_url = \"http://127.0.0.1:9\"\n";
    let shell = sim_exec::shell().with_file("gateway.toml", config).with_file("menu.png", PNG);
    let issued = shell.run(["gateway", "key", "issue", "--name", "bot", "--json"]).stdout;
    let issued: Value = serde_json::from_str(&issued).unwrap();
    let shell = shell.with("KEY", issued["key"].as_str().unwrap());
    let mut gateway = shell.start(["gateway", "--json"]);
    let ready: Value = serde_json::from_str(&gateway.lines().next().unwrap()).unwrap();
    let mut commands = commands(include_str!("../../../../docs/gateway.md"), "console", "$ ");
    commands.retain(|command| command.line.contains(PICTURES));
    assert_eq!(commands.len(), 1);
    let line = commands[0].line.replace(GATEWAY, ready["urls"]["lan"].as_str().unwrap());
    let outcome = shell.run_script(&line);
    let told: Value = serde_json::from_str(&outcome.stdout).expect(&outcome.stdout);
    let url = told["originalContentUrl"].as_str().unwrap();
    assert!(url.starts_with("https://pictures.example/pictures/"), "{told}");
    assert_eq!(gateway.stop("TERM").0, Some(0));
}

#[test]
fn the_guide_of_the_simulator_works() {
    let shell = sim_exec::shell();
    let mut sim = shell.start(["sim", "--port", "0", "--data-port", "0", "--json"]);
    let ready: Value = serde_json::from_str(&sim.lines().next().unwrap()).unwrap();
    let address = ready["api_url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let shell = sim_exec::shell().with("S", &format!("{address}/_sim/v1"));
    let mut commands = commands(include_str!("../../../../docs/simulator.md"), "sh", "");
    // One waits for the bot that stands above it on the page, and one needs a simulator that speaks HTTPS (`sim_tls`).
    let stands_alone = |line: &str| !line.contains("kind=reply") && !line.contains("https://");
    commands.retain(|command| stands_alone(&command.line));
    assert!(commands.len() >= 9, "{} lines for curl", commands.len());
    for command in &mut commands {
        command.line = command.line.replace(SIMULATOR, &address);
        works(&shell, command, "simulator.md");
    }
    assert_eq!(sim.stop("TERM").0, Some(0));
}
