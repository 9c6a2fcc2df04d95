use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use anyhow::Context;
use clap::Args;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    control::{Control, SimArgs},
    scenario::{inline, quoted},
};
use crate::output::Output;

/// A pause of the simulator's clock that is worth a step of its own.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// Write the conversation of a simulator that runs to a file, to be run as a test
#[derive(Debug, Args)]
#[command(after_help = "\
What people did and what the bot sent to the chat then, from the simulator's start or last reset. Wait for the bot's answers \
while you talk to it. Write {any} or {digits} over what varies, and run it with `hikyaku sim run`.

Examples:
  hikyaku sim record order.toml
  hikyaku sim run order.toml -- python bot.py")]
pub(super) struct Record {
    /// The file
    file: String,

    #[command(flatten)]
    sim: SimArgs,
}

/// The people and chats of a simulator, by what they are called in the file.
struct Names {
    people: BTreeMap<String, String>,
    chats: BTreeMap<String, (String, Vec<String>)>,
}

impl Record {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let control = self.sim.control()?;
        let channel = control.channel().await?.id;
        let acts = get(&control, &format!("/_sim/v1/acts?channel={channel}")).await?;
        let outbox =
            get(&control, &format!("/_sim/v1/outbox?channel={channel}&limit=100000")).await?;
        let names = Names::read(&control, &channel).await?;
        let (text, steps) = names.write(list(&acts["acts"]), list(&outbox["deliveries"]));
        std::fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file))?;
        output.done(format!("{steps} steps are in {}", self.file))
    }
}

async fn get(control: &Control, path: &str) -> anyhow::Result<Value> {
    control.call(Method::GET, path, None).await
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

impl Names {
    async fn read(control: &Control, channel: &str) -> anyhow::Result<Self> {
        let users = get(control, &format!("/_sim/v1/users?channel={channel}")).await?;
        let names: Vec<&str> =
            list(&users["users"]).iter().map(|user| text(user, "displayName")).collect();
        let is_one = |name: &str| names.iter().filter(|of| **of == name).count() == 1;
        let called = |user: &Value| {
            let (id, name) = (text(user, "userId"), text(user, "displayName"));
            (id.to_owned(), if is_one(name) { name } else { id }.to_owned())
        };
        let people = list(&users["users"]).iter().map(called).collect();
        let mut chats = BTreeMap::new();
        for kind in ["groups", "rooms"] {
            let found = get(control, &format!("/_sim/v1/{kind}?channel={channel}")).await?;
            for chat in list(&found["chats"]) {
                let members = list(&chat["members"]).iter().filter_map(|id| id.as_str());
                let members = members.map(str::to_owned).collect();
                chats.insert(text(chat, "id").to_owned(), (text(chat, "name").to_owned(), members));
            }
        }
        Ok(Self { people, chats })
    }

    fn person<'a>(&'a self, id: &'a str) -> &'a str {
        self.people.get(id).map_or(id, String::as_str)
    }

    /// The file, and how many steps it has.
    fn write(&self, acts: &[Value], deliveries: &[Value]) -> (String, usize) {
        let mut steps = String::new();
        let (mut count, mut last) = (0, None);
        let (mut users, mut chats) = (BTreeSet::new(), BTreeSet::new());
        for (index, act) in acts.iter().enumerate() {
            let Some(lines) = self.act(act) else { continue };
            let (user, chat) = (text(act, "userId"), text(act, "chat"));
            let at: Option<Timestamp> = text(act, "at").parse().ok();
            if let (Some(at), Some(last)) = (at, last)
                && at.duration_since(last) >= PAUSE
            {
                let seconds = at.duration_since(last).as_secs();
                let _ = write!(steps, "\n[[step]]\nwait = \"{seconds}s\"\n");
                count += 1;
            }
            last = at.or(last);
            users.insert(user);
            if let Some((_, members)) = self.chats.get(chat) {
                chats.insert(chat);
                users.extend(members.iter().map(String::as_str));
            }
            let until = acts.get(index + 1).and_then(|next| next["after"].as_u64());
            let bot = answers(deliveries, chat, act["after"].as_u64().unwrap_or_default(), until);
            let _ = write!(steps, "\n[[step]]\n{lines}{}", told(&bot));
            count += 1;
        }
        let mut file =
            "# A conversation: what people did, and what the bot sent to the chat then.\n"
                .to_owned();
        file += "# `{any}` in a text stands for anything and `{digits}` for digits; a value `\"{any}\"` for any value.\n";
        for id in users {
            let _ = write!(
                file,
                "\n[[person]]\nname = {}\nid = {}\n",
                quoted(self.person(id)),
                quoted(id)
            );
        }
        for id in chats {
            if let Some((name, members)) = self.chats.get(id) {
                let members: Value = members.iter().map(|id| self.person(id)).collect();
                let kind = if id.starts_with('C') { "group" } else { "room" };
                let (name, id, members) = (quoted(name), quoted(id), inline(&members));
                let _ =
                    write!(file, "\n[[{kind}]]\nname = {name}\nid = {id}\nmembers = {members}\n");
            }
        }
        (file + &steps, count)
    }

    /// The lines of what somebody did; nothing where it cannot be done again.
    fn act(&self, act: &Value) -> Option<String> {
        let user = act["userId"].as_str()?;
        let mut lines = format!("who = {}\n", quoted(self.person(user)));
        if let Some((name, _)) = self.chats.get(text(act, "chat")) {
            let _ = writeln!(lines, "chat = {}", quoted(name));
        }
        let (key, value) = match text(act, "type") {
            "said" if act["message"]["type"] == "text" => {
                ("says", quoted(text(&act["message"], "text")))
            }
            "said" => ("sends", inline(&act["message"])),
            "tapped" => ("taps", quoted(text(&act["postback"], "data"))),
            "followed" => ("does", quoted("follow")),
            "blocked" => ("does", quoted("block")),
            "joined" => ("does", quoted("join")),
            "left" => ("does", quoted("leave")),
            _ => return None,
        };
        let _ = writeln!(lines, "{key} = {value}");
        if act["postback"]["params"].is_object() {
            let _ = writeln!(lines, "params = {}", inline(&act["postback"]["params"]));
        }
        Some(lines)
    }
}

/// The messages that came to a chat after so many deliveries, and up to so many. A group has each once.
fn answers(deliveries: &[Value], chat: &str, after: u64, until: Option<u64>) -> Vec<Value> {
    let mut requests = BTreeSet::new();
    let seq = |delivery: &Value| delivery["seq"].as_u64().unwrap_or_default();
    let here = deliveries.iter().filter(|delivery| {
        seq(delivery) > after
            && until.is_none_or(|until| seq(delivery) <= until)
            && text(delivery, "chat") == chat
    });
    here.filter(|delivery| requests.insert(text(delivery, "requestId")))
        .flat_map(|delivery| list(&delivery["messages"]).iter().cloned())
        .collect()
}

/// The line of what the bot said.
fn told(messages: &[Value]) -> String {
    let short = |message: &Value| match (message["type"].as_str(), message["text"].as_str()) {
        (Some("text"), Some(text)) if message.as_object().is_some_and(|of| of.len() == 2) => {
            quoted(text)
        }
        _ => inline(message),
    };
    match messages {
        [] => "bot = []\n".to_owned(),
        [one] => format!("bot = [{}]\n", short(one)),
        many => {
            let lines = many.iter().map(|message| format!("    {},\n", short(message)));
            format!("bot = [\n{}]\n", lines.collect::<String>())
        }
    }
}
