//! `docs/cli.md` says what the program does.

use std::time::Duration;

use hikyaku_sim::{Person, Sim, UserMessage};

use crate::{command::Shell, help::verbs, platform::Platform};

const MANUAL: &str = include_str!("../../../../docs/cli.md");

#[test]
fn the_manual_names_every_verb() {
    for verb in verbs() {
        assert!(MANUAL.contains(&format!("hikyaku {verb}")), "{verb}");
    }
}

#[test]
fn the_manual_names_every_variable_of_the_help() {
    for verb in ["push", "notify", "outbox"] {
        let help = Shell::bare().run([verb, "--help"]).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in help.split("[env: ").skip(1) {
            let name = part.split(']').next().unwrap();
            assert!(MANUAL.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn the_manuals_examples_work_against_the_simulator() {
    let moment = Duration::from_millis(10);
    let platform = Platform::with(Sim::builder().narrowcast_phases(moment, moment));
    let sim = &platform.sim;
    let phone = Some("+818000001234".to_owned());
    let (user, other) =
        (sim.add_friend_as(Person { phone, ..Person::default() }), sim.add_friend());
    let group = sim.add_group(&[user.clone(), other.clone()]);
    let said = sim.user_says(&user, "when?");
    let picture = sim.user_sends(&user, UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]));
    let narrowcast = platform.shell().run(["narrowcast", "--text", "hi", "--json"]);
    let narrowcast: serde_json::Value = serde_json::from_str(&narrowcast.stdout).unwrap();
    let shell = platform
        .shell()
        .with("USER_ID", user.as_str())
        .with("OTHER_ID", other.as_str())
        .with("GROUP_ID", group.as_str())
        .with("MESSAGE_ID", &picture.message_id)
        .with("REPLY_TOKEN", &said.reply_token)
        .with("READ_TOKEN", &said.mark_as_read_token)
        .with("REQUEST_ID", narrowcast["request_id"].as_str().unwrap());
    let mut blocks = 0;
    for block in MANUAL.split("```sh\n").skip(1) {
        let script = block.split("```").next().unwrap();
        let outcome = shell.run_script(script);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{script}\n{outcome}");
        blocks += 1;
    }
    assert!(blocks > 8, "{blocks}");
}
