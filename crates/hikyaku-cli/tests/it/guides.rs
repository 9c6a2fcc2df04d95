//! The lines for curl in the documentation, run as they stand.

use serde_json::Value;

use crate::{command::Shell, sim_exec};

/// The gateway's address in the guides.
const GATEWAY: &str = "http://127.0.0.1:8680";

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
        ("gateway.md", include_str!("../../../../docs/gateway.md"), 2),
        ("migrate.md", include_str!("../../../../docs/migrate.md"), 7),
    ] {
        let commands = commands(page, "console", "$ ");
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
