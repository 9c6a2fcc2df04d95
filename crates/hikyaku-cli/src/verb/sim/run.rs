use std::{
    collections::BTreeSet,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use hikyaku_sim::Sim as Simulator;
use http::Method;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::{
    bot::BotArgs,
    control::Control,
    pattern::matches,
    report::{self, Outcome},
    scenario::{Scenario, Step, inline},
    setup::Credentials,
    wait::bot_of,
};
use crate::{
    connect::seconds,
    failure::{ended, refused, usage},
    file,
    output::Output,
    stop::{Signals, exit_code},
};

/// Play a recorded conversation again as a test of a bot
#[derive(Debug, Args)]
#[command(after_help = "\
A new simulator begins with the people of the file. The command is your bot: it finds the simulator in its environment, as with \
`sim exec`, and is waited for. Without a command the bot runs already, at --webhook. The exit code is 0 if the bot sent what \
the file expects and 1 if not.

Examples:
  hikyaku sim run order.toml -- python bot.py
  hikyaku sim run order.toml --webhook http://127.0.0.1:3000/callback --junit report.xml")]
pub(super) struct Run {
    /// The file of the conversation
    file: String,

    #[arg(long, value_name = "FILE", help = "Write a report in the form of JUnit to this file")]
    junit: Option<PathBuf>,

    /// Where the bot's webhooks go; without it, it is looked for at the usual ports
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,

    /// How long the bot may take to start, and for each step
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    timeout: Duration,

    /// How long nothing more may come after what was expected
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "0.3")]
    settle: Duration,

    #[command(flatten)]
    place: BotArgs,

    /// The bot and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Run {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let text = file::read(&self.file)?;
        let scenario =
            Scenario::parse(&text).map_err(|why| usage(format!("{}: {why}", self.file)))?;
        let folder = Path::new(&self.file).parent().unwrap_or(Path::new(""));
        let mut builder = Simulator::builder().begin_with(scenario.seed, folder);
        if let Some(url) = &self.webhook {
            builder = builder.webhook(url);
        }
        let sim = builder.start().await.map_err(|why| usage(format!("{}: {why}", self.file)))?;
        let outcomes = self.play(&scenario.steps, &sim, output).await;
        sim.stop().await;
        let outcomes = outcomes?;
        if let Some(path) = &self.junit {
            std::fs::write(path, report::junit(&self.file, &outcomes))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        output.print(&json!({ "steps": outcomes }), report::Lines(&outcomes))?;
        if outcomes.iter().all(|outcome| outcome.ok) { Ok(()) } else { Err(ended(1)) }
    }

    /// Plays all steps against the bot, and ends it in any case: a bot that is left behind would answer the next run.
    async fn play(
        &self,
        steps: &[Step],
        sim: &Simulator,
        output: Output,
    ) -> anyhow::Result<Vec<Outcome>> {
        let control = Control::at(sim.api_url());
        let mut signals = Signals::listen()?;
        let mut bot = self.start(sim)?;
        let played = tokio::select! {
            played = self.play_with(steps, sim, &control, output) => played,
            status = end_of(&mut bot) => {
                Err(refused(format!("the bot ended before the conversation did: {}", status?)))
            }
            signal = signals.next() => Err(ended(exit_code(signal))),
        };
        if let Some(mut bot) = bot {
            // It may have ended by itself.
            let _ = bot.kill().await;
        }
        played
    }

    async fn play_with(
        &self,
        steps: &[Step],
        sim: &Simulator,
        control: &Control,
        output: Output,
    ) -> anyhow::Result<Vec<Outcome>> {
        let until = tokio::time::Instant::now() + self.timeout;
        bot_of(&self.place, control, until, output).await?;
        let player = Player { sim, control, timeout: self.timeout, settle: self.settle };
        let mut outcomes = Vec::new();
        for step in steps {
            let began = Instant::now();
            let diff = player.play(step).await?;
            let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            outcomes.push(Outcome { name: step.title(), ok: diff.is_none(), milliseconds, diff });
        }
        Ok(outcomes)
    }

    /// Starts the bot, if it is ours to start. What it prints goes to stderr.
    fn start(&self, sim: &Simulator) -> anyhow::Result<Option<Child>> {
        let Some((program, arguments)) = self.command.split_first() else { return Ok(None) };
        let mut command = Command::new(program);
        command.args(arguments).envs(Credentials::of(sim).environment());
        command.stdout(std::io::stderr()).kill_on_drop(true);
        let child = command.spawn().map_err(|error| {
            usage(format!("cannot run {}: {error}; check its name", program.display()))
        })?;
        Ok(Some(child))
    }
}

/// Waits for the end of a bot that is ours.
async fn end_of(bot: &mut Option<Child>) -> anyhow::Result<ExitStatus> {
    match bot {
        Some(bot) => bot.wait().await.context("cannot wait for the bot"),
        None => std::future::pending().await,
    }
}

/// Plays steps.
struct Player<'a> {
    sim: &'a Simulator,
    control: &'a Control,
    timeout: Duration,
    settle: Duration,
}

impl Player<'_> {
    /// Lets a step happen; gives what differs.
    async fn play(&self, step: &Step) -> anyhow::Result<Option<String>> {
        if let Some(by) = &step.wait {
            self.call(Method::POST, "clock/advance", Some(json!({ "by": by }))).await?;
        }
        let after = self.sim.delivered();
        let Some(who) = &step.who else {
            return if step.bot.is_empty() {
                Ok(None)
            } else {
                self.compare(step, None, after).await
            };
        };
        let user = self.user(who).await?;
        let chat = match &step.chat {
            None => user.clone(),
            Some(name) => self.chat(name).await?,
        };
        let speaker = (chat != user).then_some(&user);
        match (&step.says, &step.sends, &step.taps, step.does.as_deref()) {
            (Some(text), ..) => {
                let body = json!({ "text": text, "userId": speaker });
                self.call(Method::POST, &format!("chats/{chat}/messages"), Some(body)).await?;
            }
            (_, Some(message), ..) => {
                let body = json!({ "message": message, "userId": speaker });
                self.call(Method::POST, &format!("chats/{chat}/messages"), Some(body)).await?;
            }
            (_, _, Some(data), _) => {
                let body = json!({ "data": data, "params": step.params, "userId": speaker });
                self.call(Method::POST, &format!("chats/{chat}/postback"), Some(body)).await?;
            }
            (.., Some(act @ ("follow" | "block"))) => {
                let friendship = if act == "follow" { "friend" } else { "blocked" };
                let body = json!({ "friendship": friendship });
                self.call(Method::PUT, &format!("users/{user}/friendship"), Some(body)).await?;
            }
            (.., Some(act)) => {
                let method = if act == "join" { Method::PUT } else { Method::DELETE };
                self.call(method, &format!("chats/{chat}/members/{user}"), None).await?;
            }
            _ => {}
        }
        self.compare(step, Some(&chat), after).await
    }

    /// Waits for what the bot sends to a chat, or to anybody, and compares it with what is expected.
    async fn compare(
        &self,
        step: &Step,
        chat: Option<&str>,
        after: u64,
    ) -> anyhow::Result<Option<String>> {
        let until = Instant::now() + self.timeout;
        let to = chat.map_or_else(String::new, |chat| format!("&to={chat}"));
        let path = format!("/_sim/v1/outbox?after={after}{to}");
        let told = self.sim.within(self.timeout).webhooks().wait_until_idle().await;
        let failed = match &told {
            Ok(webhooks) => {
                let attempt = webhooks.last().and_then(|webhook| webhook.attempts.last());
                let attempt = attempt
                    .filter(|attempt| attempt.status.is_none_or(|s| !(200..300).contains(&s)));
                attempt.map(|attempt| {
                    format!("! the bot did not take its webhook: {}\n", attempt.detail)
                })
            }
            Err(_) => Some("! the bot did not answer its webhook in time\n".to_owned()),
        };
        let mut deliveries = self.deliveries(&path, 0, Duration::ZERO).await?;
        while messages(&deliveries).len() < step.bot.len()
            && Instant::now() < until
            && failed.is_none()
        {
            let left = until.saturating_duration_since(Instant::now());
            let more = self.deliveries(&path, deliveries.len() + 1, left).await?;
            if more.len() == deliveries.len() {
                break;
            }
            deliveries = more;
        }
        let more = self.deliveries(&path, deliveries.len() + 1, self.settle).await?;
        let given = messages(&more);
        let fits = given.len() == step.bot.len()
            && step.bot.iter().zip(&given).all(|(expected, given)| matches(expected, given));
        Ok((!fits || failed.is_some())
            .then(|| failed.unwrap_or_default() + &diff(&step.bot, &given)))
    }

    /// The deliveries of a path, not before there are so many or the time is over.
    async fn deliveries(
        &self,
        path: &str,
        count: usize,
        wait: Duration,
    ) -> anyhow::Result<Vec<Value>> {
        if count > 0 && !wait.is_zero() {
            let path = format!("{path}&count={count}");
            if let Some(answer) = self.control.news(&path, wait).await? {
                return Ok(answer["deliveries"].as_array().cloned().unwrap_or_default());
            }
        }
        let answer = self.control.call(Method::GET, path, None).await?;
        Ok(answer["deliveries"].as_array().cloned().unwrap_or_default())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        self.control.call(method, &format!("/_sim/v1/{path}"), body.as_ref()).await
    }

    async fn user(&self, name: &str) -> anyhow::Result<String> {
        let users = self.call(Method::GET, "users", None).await?;
        find(&users["users"], ["userId", "displayName"], name)
            .ok_or_else(|| usage(format!("there is no person {name}; add a table [[person]]")))
    }

    async fn chat(&self, name: &str) -> anyhow::Result<String> {
        for kind in ["groups", "rooms"] {
            let chats = self.call(Method::GET, kind, None).await?;
            if let Some(id) = find(&chats["chats"], ["id", "name"], name) {
                return Ok(id);
            }
        }
        Err(usage(format!("there is no group or room {name}; add a table [[group]]")))
    }
}

/// The id of the item that has this id or name.
fn find(items: &Value, [id, name]: [&str; 2], wanted: &str) -> Option<String> {
    let mut items = items.as_array()?.iter();
    let item = items.find(|item| item[id] == wanted || item[name] == wanted)?;
    item[id].as_str().map(str::to_owned)
}

/// The messages of deliveries: what a request brought to several people of a group counts once.
fn messages(deliveries: &[Value]) -> Vec<Value> {
    let mut requests = BTreeSet::new();
    let first = deliveries.iter().filter(|of| requests.insert(of["requestId"].to_string()));
    first.flat_map(|of| of["messages"].as_array().cloned().unwrap_or_default()).collect()
}

/// What was expected (-) and what came instead (+), line by line.
fn diff(expected: &[Value], given: &[Value]) -> String {
    let show = |message: &Value| match (message, &message["text"]) {
        (Value::String(text), _) => text.clone(),
        (_, Value::String(text)) if message["type"] == "text" => text.clone(),
        _ => inline(message),
    };
    let mut lines = Vec::new();
    for place in 0..expected.len().max(given.len()) {
        match (expected.get(place), given.get(place)) {
            (Some(one), Some(other)) if matches(one, other) => {
                lines.push(format!("  {}", show(other)));
            }
            (one, other) => {
                lines.extend(one.map(|one| format!("- {}", show(one))));
                lines.extend(other.map(|other| format!("+ {}", show(other))));
            }
        }
    }
    if given.is_empty() {
        lines.push("+ (nothing)".to_owned());
    }
    lines.join("\n") + "\n"
}
