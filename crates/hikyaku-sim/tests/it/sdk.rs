//! LINE's official SDK for Node.js against the simulator: what it sends is served, what it is answered it can read.

use std::process::{Command, Output};

use hikyaku_sim::{Person, Sim};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::npm;

/// The SDK's calls that are left out. All others must succeed.
const NOT_DRIVEN: &[&str] = &[
    // The older form of a call that is driven by its newer one.
    "issueStatelessChannelToken",
];

#[tokio::test]
async fn the_official_sdk_succeeds_with_every_call() {
    let Some(directory) = spawn_blocking(|| npm::install("sdk", &["drive.mjs"])).await.unwrap()
    else {
        return;
    };
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

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
