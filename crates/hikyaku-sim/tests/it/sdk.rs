//! LINE's official SDK for Node.js against the simulator: what it sends is served, what it is answered it can read.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use hikyaku_sim::{Person, Sim};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

/// The SDK's calls that are left out. All others must succeed.
const NOT_DRIVEN: &[&str] = &[
    // The older form of a call that is driven by its newer one.
    "issueStatelessChannelToken",
];

#[tokio::test]
async fn the_official_sdk_succeeds_with_every_call() {
    let Some(directory) = spawn_blocking(install).await.unwrap() else { return };
    let sim = Sim::builder().narrowcast_minimums(false).start().await.unwrap();
    let phone = "+818000001234";
    let hana = sim.add_friend_as(Person {
        display_name: Some("Hana".into()),
        phone: Some(phone.into()),
        ..Person::default()
    });
    let friends = [hana, sim.add_friend()];
    let about = json!({
        "apiUrl": sim.api_url(),
        "dataUrl": sim.data_url(),
        "channelId": sim.channel_id(),
        "secret": sim.channel_secret().expose(),
        "token": sim.channel_token().expose(),
        "phone": phone,
        "group": sim.add_group(&friends),
        "room": sim.add_room(&friends),
        "friends": friends,
    });
    let mut node = Command::new("node");
    node.arg("drive.mjs").current_dir(directory).env("SIM", about.to_string());
    let output = spawn_blocking(move || node.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}\n{:#?}", stderr(&output), sim.requests());
    let others: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(others, json!(NOT_DRIVEN));
}

/// Puts the script and the SDK where they can run; nothing where that is not possible here and need not be.
fn install() -> Option<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk");
    fs::create_dir_all(&to).unwrap();
    fs::copy(from.join("drive.mjs"), to.join("drive.mjs")).unwrap();
    let lock = fs::read(from.join("package-lock.json")).unwrap();
    let installed = to.join("installed.json");
    if !runs("node") || !runs("npm") {
        return skip("node and npm are not both on this machine");
    }
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Some(to);
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    let output = Command::new("npm").args(npm).current_dir(&to).output().unwrap();
    if !output.status.success() {
        return skip(&format!("`npm ci` failed: {}", stderr(&output)));
    }
    fs::write(installed, lock).unwrap();
    Some(to)
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn skip(why: &str) -> Option<PathBuf> {
    assert_ne!(
        env::var("HIKYAKU_TEST_NODE").as_deref(),
        Ok("required"),
        "HIKYAKU_TEST_NODE demands the SDK's test, but {why}"
    );
    eprintln!("skipped the official SDK's test: {why}");
    None
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
