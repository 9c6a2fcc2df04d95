//! The client of LINE Notify that npm has, unmodified, and a browser in which a person agrees.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use hikyaku_gateway::{NewService, Visitor};
use hikyaku_sender::{NewDelivery, State};
use hikyaku_sim::FaultRule;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::home::Home;

const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_from_npm_does_all_that_line_notify_had() {
    let Some((folder, browser)) = spawn_blocking(install).await.unwrap() else { return };
    let home = Home::new().await;
    let about = json!({
        "gateway": format!("http://{}", home.address),
        "sim": home.sim.api_url(),
        "alice": home.alice,
        "browser": browser,
    });
    let mut node = Command::new("node");
    node.arg("drive.mjs").current_dir(folder).env("GATEWAY", about.to_string());
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = node.spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let line = spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        line
    });
    let line: Value = serde_json::from_str(&line.await.unwrap()).unwrap();
    let callbacks = vec![line["redirectUri"].as_str().unwrap().to_owned()];
    let new = NewService { name: "Clinic".to_owned(), callbacks };
    let service = home.state.add_service(new).await.unwrap();
    let answer = json!({ "clientId": service.client_id, "clientSecret": service.client_secret });
    let output = spawn_blocking(move || {
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{answer}").unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    });
    let output: Output = output.await.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}\n{:#?}", home.sim.requests());
    let pushed = home.pushed();
    assert_eq!(pushed["messages"][0]["text"], "[Clinic] hello");
    assert_eq!(pushed["messages"][1]["stickerId"], "1988");
    assert_eq!((home.pushes(), home.state.tokens().await.unwrap().len()), (1, 4));
    home.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_operators_use_the_pages_in_a_browser() {
    let Some(browser) = browser() else { return };
    if on_path("node").is_none() {
        let none: Option<()> = skip("HIKYAKU_TEST_NODE", "node is not on this machine");
        return none.unwrap_or_default();
    }
    let home = Home::new().await;
    home.knows(&home.alice).await;
    for token in home.state.tokens().await.unwrap() {
        home.state.revoke(token.id).await.unwrap();
    }
    home.sim.fault(FaultRule::answer(400).on("POST", "/v2/bot/message/push").times(1)).unwrap();
    let push = NewDelivery::push(home.alice.as_str(), "refused at first");
    let id = home.outbox.enqueue(push).await.unwrap().id;
    let patience = Duration::from_secs(60);
    let refused = home.outbox.wait(id, patience).await.unwrap().unwrap();
    assert_eq!(refused.state, State::Rejected);
    let my = home.state.sign_in_link(home.alice()).await.unwrap();
    let ann = Visitor::Operator { name: "ann".to_owned() };
    let operator = home.state.sign_in_link(ann).await.unwrap();
    let url = format!("http://{}", home.address);
    let about = json!({
        "gateway": url,
        "my": format!("{url}/my/enter?link={my}"),
        "operator": format!("{url}/operator/enter?link={operator}"),
        "browser": browser,
    });
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notify");
    let mut node = Command::new("node");
    node.arg("pages.mjs").current_dir(scripts).env("PAGES", about.to_string());
    let output = spawn_blocking(move || node.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let retried = home.outbox.wait(id, patience).await.unwrap().unwrap();
    assert_eq!(retried.state, State::Accepted);
    home.stop().await;
}

fn browser() -> Option<PathBuf> {
    let found = BROWSERS.iter().find_map(|name| on_path(name));
    found.or_else(|| skip("HIKYAKU_TEST_BROWSER", "no Chromium is on the path"))
}

/// Puts the script and the client where they can run; nothing where that is not possible here and need not be.
fn install() -> Option<(PathBuf, PathBuf)> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notify");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notify");
    fs::create_dir_all(&to).unwrap();
    for script in ["browser.mjs", "drive.mjs"] {
        fs::copy(from.join(script), to.join(script)).unwrap();
    }
    let lock = fs::read(from.join("package-lock.json")).unwrap();
    let installed = to.join("installed.json");
    let browser = browser()?;
    if on_path("node").is_none() || on_path("npm").is_none() {
        return skip("HIKYAKU_TEST_NODE", "node and npm are not both on this machine");
    }
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Some((to, browser));
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    let output = Command::new("npm").args(npm).current_dir(&to).output().unwrap();
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        return skip("HIKYAKU_TEST_NODE", &format!("`npm ci` failed: {why}"));
    }
    fs::write(installed, lock).unwrap();
    Some((to, browser))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(program)).find(|place| place.is_file())
}

fn skip<T>(variable: &str, why: &str) -> Option<T> {
    let required = env::var(variable);
    assert_ne!(required.as_deref(), Ok("required"), "{variable} demands this test, but {why}");
    crate::tell(&format!("skipped: {why}"));
    None
}
