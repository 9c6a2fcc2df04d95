//! A simulator that speaks HTTPS, and the programs that are told to trust it.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{
    command::{Shell, Started},
    sim_exec::shell,
};

/// `hikyaku sim --tls`, on free ports, with more flags.
fn start(shell: &Shell, flags: &[&str]) -> (Started, Value) {
    let words = ["sim", "--tls", "--port", "0", "--data-port", "0", "--json"];
    let mut process = shell.start(words.into_iter().chain(flags.iter().copied()));
    let line = process.lines().next().unwrap();
    let told = serde_json::from_str(&line).unwrap();
    (process, told)
}

fn at<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap()
}

/// What a program prints that is here; it must be here where a variable demands it.
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn printed_by(program: &str, arguments: [&str; 2], variable: &str) -> Option<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.ok().filter(|output| output.status.success());
    assert!(output.is_some() || std::env::var(variable).is_err(), "{variable}: no {program}");
    if output.is_none() {
        eprintln!("skipped: there is no {program}");
    }
    Some(String::from_utf8(output?.stdout).unwrap().trim().to_owned())
}

#[test]
fn programs_trust_the_certificate_that_is_printed() {
    let shell = shell();
    let (_sim, told) = start(&shell, &["--state", "sim.json"]);
    let (url, file) = (at(&told, "api_url"), at(&told, "ca_file"));
    assert!(url.starts_with("https://127.0.0.1:"), "{told}");
    assert_eq!(Path::new(file), shell.folder().canonicalize().unwrap().join("sim.json.tls/ca.pem"));
    let shell = shell
        .with("URL", &format!("{url}/_sim/v1/health"))
        .with("HIKYAKU_API_URL", url)
        .with("LINE_CHANNEL_ACCESS_TOKEN", at(&told, "token"));
    let curl = shell.run_script(&format!("curl -sSf --cacert {file} $URL"));
    assert_eq!(curl.code, 0, "{curl}");
    assert_ne!(shell.run_script("curl -sSf $URL").code, 0);
    let path = ["-p", "process.execPath"];
    if let Some(node) = printed_by("node", path, "HIKYAKU_TEST_NODE") {
        let program = "fetch(process.env.URL).then(answer => console.log(answer.status))";
        let trusting =
            shell.run_script(&format!("NODE_EXTRA_CA_CERTS={file} {node} -e '{program}'"));
        assert_eq!(trusting.stdout, "200\n", "{trusting}");
        assert_ne!(shell.run_script(&format!("{node} -e '{program}'")).code, 0);
    }
    // The python3 of a version manager is a script that needs more of the environment.
    let path = ["-c", "import sys; print(sys.executable)"];
    if let Some(python) = printed_by("python3", path, "HIKYAKU_TEST_PYTHON") {
        let program = "import os, ssl, urllib.request as r
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT
print(r.urlopen(os.environ[\"URL\"], context=context).status)";
        let trusting = shell.run_script(&format!("SSL_CERT_FILE={file} {python} -c '{program}'"));
        assert_eq!(trusting.stdout, "200\n", "{trusting}");
        assert_ne!(shell.run_script(&format!("{python} -c '{program}'")).code, 0);
    }
    let quota = ["quota", "--ca-file", file];
    assert_eq!(shell.run(quota).code, 0, "{}", shell.run(quota));
    assert_ne!(shell.run(["quota", "--no-retry"]).code, 0);
    let wait = shell.run(["sim", "wait", "--ca-file", file]);
    assert!(wait.stdout.contains("is ready"), "{wait}");
    let untrusted = shell.run(["sim", "wait"]);
    assert_eq!(untrusted.code, 2, "{untrusted}");
    assert!(untrusted.stderr.contains("needs --ca-file (HIKYAKU_CA_FILE)"), "{untrusted}");
}

#[test]
fn without_a_state_the_certificate_is_the_users_own_and_stays() {
    let shell = shell();
    let folder = shell.folder().canonicalize().unwrap();
    let shell = shell.with("XDG_STATE_HOME", folder.to_str().unwrap());
    let authority = || {
        let (_sim, told) = start(&shell, &[]);
        let file = folder.join("hikyaku/sim.tls/ca.pem");
        assert_eq!(Path::new(at(&told, "ca_file")), file);
        std::fs::read(file).unwrap()
    };
    assert_eq!(authority(), authority());
    let words = ["sim", "--tls", "--port", "0", "--data-port", "0"];
    let mut sim = shell.start(words);
    let shown: Vec<String> = sim.lines().take_while(|line| !line.contains("Ctrl-C")).collect();
    let shown = shown.join("\n");
    for name in ["HIKYAKU_CA_FILE=", "NODE_EXTRA_CA_CERTS=", "SSL_CERT_FILE=", "curl --cacert "] {
        let line = format!("{name}{}", folder.join("hikyaku/sim.tls/ca.pem").display());
        assert!(shown.contains(&line), "{shown}");
    }
    let nowhere = Shell::bare().with("XDG_STATE_HOME", "/dev/null");
    let outcome = nowhere.run(["sim", "--tls", "--port", "0", "--data-port", "0"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("--tls: cannot keep a certificate in /dev/null/"), "{outcome}");
}

#[test]
fn a_command_gets_the_certificate_in_its_environment() {
    let shell = shell();
    let folder = shell.folder().to_str().unwrap().to_owned();
    let script = "curl -sSf $HIKYAKU_API_URL/_sim/v1/health && hikyaku quota && hikyaku sim wait";
    let words = ["sim", "exec", "--tls", "--", "sh", "-ec", script];
    let outcome = shell.with("XDG_STATE_HOME", &folder).run(words);
    assert_eq!(outcome.code, 0, "{outcome}");
}
