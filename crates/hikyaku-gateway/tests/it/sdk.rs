//! Programs as they are, but for the base URL: LINE's official SDKs, and the client of LINE Notify's API in this workspace.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use hikyaku::notify::{NotifyClient, NotifyToken};
use hikyaku_gateway::NewApiKey;
use hikyaku_sim::FaultRule;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::home::Home;

#[tokio::test]
async fn our_client_sends_asks_and_revokes() {
    let home = Home::new().await;
    let url = format!("http://{}", home.address);
    let client = NotifyClient::builder().api_base_url(&url).bot_base_url(&url).build().unwrap();
    let token = NotifyToken::new(home.t1.expose()).unwrap();
    client.notify(&token, "hello").sticker(446, 1988).await.unwrap();
    assert_eq!(home.pushed()["messages"][0]["text"], "[cron] hello");
    client.status(&token).await.unwrap();
    client.revoke(&token).await.unwrap();
    assert!(client.notify(&token, "again").await.is_err());
    assert_eq!(home.pushes(), 1);
    home.stop().await;
}

#[tokio::test]
async fn lines_sdk_for_node_becomes_durable() {
    let Some(folder) = spawn_blocking(node).await.unwrap() else { return };
    let bot = || {
        let mut bot = Command::new("node");
        bot.arg("bot.mjs").current_dir(&folder);
        bot
    };
    let home = Home::with("[line]\nwait_seconds = 2", None).await;
    let said = says(&home, bot(), false).await;
    assert!(said["push"]["sentMessages"][0]["id"].is_string(), "{said}");
    assert!(said["reply"]["sentMessages"][0]["quoteToken"].is_string(), "{said}");
    assert_eq!(said["repeat"]["status"], 409);
    assert!(said["repeat"]["accepted"].is_string(), "{said}");
    assert_eq!(said["profile"], "Alice");
    assert_eq!(said["refused"]["status"], 400);
    assert_eq!(said["refused"]["body"]["details"][0]["property"], "messages");
    let down = says(&home, bot(), true).await;
    assert!(down["push"]["sentMessages"].is_null() && down["push"]["delivery"].is_object());
    goes_out(home).await;
}

#[tokio::test]
async fn lines_sdk_for_python_becomes_durable() {
    let Some(python) = spawn_blocking(python).await.unwrap() else { return };
    let bot = || {
        let mut bot = Command::new(&python);
        bot.arg(here("bot.py"));
        bot
    };
    let home = Home::with("[line]\nwait_seconds = 2", None).await;
    let said = says(&home, bot(), false).await;
    assert!(said["push"]["sentMessages"][0]["id"].is_string(), "{said}");
    assert!(said["reply"]["sentMessages"][0]["id"].is_string(), "{said}");
    assert_eq!((&said["repeat"], &said["profile"]), (&json!([409, true]), &json!("Alice")));
    let down = says(&home, bot(), true).await;
    assert_eq!(down["push"][0], 202, "{down}");
    goes_out(home).await;
}

/// What a bot prints, which has done its calls at the gateway.
async fn says(home: &Home, mut bot: Command, down: bool) -> Value {
    home.sim.set_rate_limits(false);
    if down {
        home.sim.fault(FaultRule::drop_before().on("POST", "/v2/bot/message/push")).unwrap();
    }
    let name = if down { "later" } else { "bot" };
    let about = json!({
        "url": format!("http://{}", home.address),
        "key": home.key(NewApiKey::new(name, "default")).await.expose(),
        "user": home.alice,
        "replyToken": home.sim.user_says(&home.alice, "hi").reply_token,
        "down": down,
    });
    bot.env("BOT", about.to_string());
    let output = spawn_blocking(move || bot.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What was told while LINE was down is delivered when it is back, once.
async fn goes_out(home: Home) {
    let before = home.sim.delivery_count(&home.alice);
    home.sim.clear_faults();
    while home.sim.delivery_count(&home.alice) == before {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(home.sim.delivery_count(&home.alice), before + 1);
    home.stop().await;
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(name)
}

/// A folder with the bot and the SDK; nothing where that is not possible here and need not be.
fn node() -> Option<PathBuf> {
    let wanted = fs::read(here("package-lock.json")).unwrap();
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gateway-sdk");
    fs::create_dir_all(&to).unwrap();
    let installed = to.join("installed.json");
    for name in ["bot.mjs", "package.json", "package-lock.json"] {
        fs::copy(here(name), to.join(name)).unwrap();
    }
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(to);
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&to);
    run("HIKYAKU_TEST_NODE", &mut npm)?;
    fs::write(installed, wanted).unwrap();
    Some(to)
}

/// A Python that has the SDK; nothing where that is not possible here and need not be.
fn python() -> Option<PathBuf> {
    let wanted = fs::read(here("requirements.txt")).unwrap();
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gateway-python");
    let (python, installed) = (to.join("bin/python"), to.join("installed.txt"));
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(python);
    }
    run("HIKYAKU_TEST_PYTHON", Command::new("python3").args(["-m", "venv"]).arg(&to))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "-q", "-r"]).arg(here("requirements.txt"));
    run("HIKYAKU_TEST_PYTHON", &mut pip)?;
    fs::write(installed, wanted).unwrap();
    Some(python)
}

/// Runs what a test needs. Where it cannot, the test is skipped, unless it is demanded.
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn run(demanded_by: &str, command: &mut Command) -> Option<()> {
    let why = match command.output() {
        Ok(output) if output.status.success() => return Some(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(why) => why.to_string(),
    };
    assert_ne!(
        env::var(demanded_by).as_deref(),
        Ok("required"),
        "{demanded_by} demands the SDK's test, but {command:?} failed: {why}"
    );
    eprintln!("skipped an official SDK's test: {command:?} failed: {why}");
    None
}
