//! LINE's official SDKs for Node.js and Python against the simulator: what they send is served, what they are answered they can
//! read.

use std::{path::Path, process::Command};

use hikyaku_sim::{Person, Sim};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::{npm, pip};

/// The calls of the SDK for Node.js that are left out. All others must succeed.
const NOT_DRIVEN_IN_NODE: &[&str] = &[
    // The older form of a call that is driven by its newer one.
    "issueStatelessChannelToken",
];

/// The same for Python.
const NOT_DRIVEN_IN_PYTHON: &[&str] = &[
    // The SDK cannot read LINE's own answer: it lacks a word of LINE's reference. The program makes them all the same.
    "get_shared_audience_data",
    "get_shared_audience_groups",
    // Older names of calls that are driven by their newer ones.
    "issue_stateless_channel_token",
    "liff_v1_apps_get",
    "liff_v1_apps_liff_id_delete",
    "liff_v1_apps_liff_id_put",
    "liff_v1_apps_post",
];

#[tokio::test]
async fn the_official_sdk_succeeds_with_every_call() {
    let Some(directory) = spawn_blocking(|| npm::install("sdk", &["drive.mjs"])).await.unwrap()
    else {
        return;
    };
    let mut node = Command::new("node");
    node.arg("drive.mjs").current_dir(directory);
    assert_eq!(others(node).await, json!(NOT_DRIVEN_IN_NODE));
}

#[tokio::test]
async fn the_official_sdk_for_python_succeeds_with_every_call() {
    let Some(python) = spawn_blocking(|| pip::install("sdk-python")).await.unwrap() else { return };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk-python/drive.py");
    let mut command = Command::new(python);
    command.arg(program);
    assert_eq!(others(command).await, json!(NOT_DRIVEN_IN_PYTHON));
}

/// Runs a program against a simulator; gives the calls that it has not made.
async fn others(mut program: Command) -> Value {
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
    program.env("SIM", about.to_string());
    let output = spawn_blocking(move || program.output().unwrap()).await.unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{why}\n{:#?}", sim.requests());
    serde_json::from_slice(&output.stdout).unwrap()
}
