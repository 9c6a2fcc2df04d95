//! What `deploy/` starts: every verb, flag and variable that its files name exists, and its configurations are read.

use std::{collections::BTreeMap, fs, path::PathBuf};

use hikyaku_gateway::Config;
use serde_json::Value;

use crate::command::Shell;

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The help of the verb that these words begin with; it is only given where all of them are known.
fn help(words: &[&str]) -> String {
    let outcome = Shell::bare().run(words.iter().copied().chain(["--help"]));
    assert_eq!(outcome.code, 0, "{words:?}: {outcome}");
    outcome.stdout
}

/// Checks a command and the variables that it is given.
fn runs<'a>(words: &[&str], variables: impl IntoIterator<Item = &'a str>) {
    let help = help(words);
    for variable in variables {
        assert!(help.contains(variable), "{words:?} does not read {variable}");
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
}

#[test]
fn the_compose_files_name_what_there_is() {
    let base: Value = serde_saphyr::from_str(&file("compose/compose.yaml")).unwrap();
    let over: Value = serde_saphyr::from_str(&file("compose/compose.sim.yaml")).unwrap();
    let mut services: BTreeMap<&str, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for (name, service) in [&base, &over].iter().flat_map(|it| it["services"].as_object().unwrap())
    {
        let (command, variables) = services.entry(name).or_default();
        if service["command"].is_array() {
            *command = texts(&service["command"]);
        }
        let environment = service["environment"].as_object();
        variables.extend(environment.into_iter().flatten().map(|(name, _)| name.as_str()));
        for needed in service["depends_on"].as_object().into_iter().flatten() {
            let of = |it: &Value| it["services"].get(needed.0).is_some();
            assert!(of(&base) || of(&over), "{name} needs {}", needed.0);
        }
        for secret in service["secrets"].as_array().into_iter().flatten() {
            let secret = secret.as_str().or_else(|| secret["source"].as_str()).unwrap();
            assert!(base["secrets"].get(secret).is_some(), "{name} has no secret {secret}");
        }
    }
    services.remove("postgres");
    let names: Vec<_> = services.keys().copied().collect();
    assert_eq!(names, ["gateway", "sim", "worker"]);
    for (command, variables) in services.values() {
        assert!(!command.is_empty());
        runs(command, variables.iter().copied());
    }
}

#[test]
fn the_containers_of_the_guides_run_what_there_is() {
    let guide = include_str!("../../../../docs/simulator.md").replace("\\\n", " ");
    let mut found = 0;
    for line in guide.lines().filter(|line| line.starts_with("docker run ")) {
        let (_, command) = line.split_once(" hikyaku ").unwrap();
        let words: Vec<_> = command.split_whitespace().collect();
        runs(&words, []);
        assert!(words.contains(&"0.0.0.0"), "nobody reaches 127.0.0.1 of a container: {line}");
        found += 1;
    }
    assert_eq!(found, 2);
}

#[test]
fn the_units_name_what_there_is() {
    for name in ["systemd/hikyaku-gateway.service", "systemd/hikyaku-worker.service"] {
        let unit = file(name);
        let of = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        let words: Vec<_> = of("ExecStart=").split(' ').skip(1).collect();
        let variables = unit.lines().filter_map(|line| {
            line.trim_start_matches(['#', ' '])
                .strip_prefix("Environment=")
                .unwrap_or(line.trim_start_matches(['#', ' ']))
                .split_once('=')
        });
        let ours = variables.map(|(name, _)| name).filter(|name| {
            ["HIKYAKU_", "LINE_"].iter().any(|start| name.starts_with(start))
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        });
        runs(&words, ours.collect::<Vec<_>>());
    }
}

#[test]
fn the_gateways_configurations_are_read() {
    for name in ["compose/gateway.toml", "compose/gateway.sim.toml"] {
        let config = Config::parse(&file(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(config.listen["all"].address.port() == 8680, "compose.yaml publishes this port");
    }
}
