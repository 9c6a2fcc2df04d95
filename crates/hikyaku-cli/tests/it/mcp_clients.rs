//! The MCP server with clients that others wrote: those of npm and `PyPI`, over both transports. The one of npm begins with a
//! handshake, the one of `PyPI` does so or not.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    command::{Shell, Started},
    sim_exec::{node, python, shell},
};

const TOKEN: &str = "s3cret";

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp")
}

/// A server that listens, and its URL.
fn start(shell: &Shell, more: &[&str]) -> (Started, String) {
    let words = ["mcp", "--listen", "127.0.0.1:0", "--json"].iter().chain(more).copied();
    let mut server = shell.start(words);
    let line: Value = serde_json::from_str(&server.lines().next().unwrap()).unwrap();
    (server, line["url"].as_str().unwrap().to_owned())
}

#[track_caller]
fn passes(shell: &Shell, program: &str, words: &[&str], told: &str) {
    let outcome = shell.run_other(program, words);
    assert!(outcome.code == 0 && outcome.stdout.trim_end() == told, "{outcome}");
}

#[test]
fn the_client_of_npm_uses_it() {
    let Some(folder) = node(&here()) else { return };
    let shell = shell();
    let script = folder.join("client.mjs");
    let script = script.to_str().unwrap();
    let (_server, url) = start(&shell, &["--listen-token", TOKEN]);
    passes(&shell, "node", &[script, "http", &url, TOKEN], "ok");
    passes(&shell, "node", &[script, "stdio", env!("CARGO_BIN_EXE_hikyaku")], "ok");
}

#[test]
fn the_client_of_pypi_uses_it_with_and_without_a_handshake() {
    let Some(python) = python(&here()) else { return };
    let python = python.to_str().unwrap();
    let shell = shell();
    let script = here().join("client.py");
    let script = script.to_str().unwrap();
    let (_server, url) = start(&shell, &[]);
    for (mode, told) in [("auto", "ok 2026-07-28"), ("legacy", "ok 2025-11-25")] {
        passes(&shell, python, &[script, "http", &url, mode], told);
        let hikyaku = env!("CARGO_BIN_EXE_hikyaku");
        passes(&shell, python, &[script, "stdio", hikyaku, mode], told);
    }
}
