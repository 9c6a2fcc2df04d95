//! The conversation as a scenario: a TOML file that `hikyaku sim run` plays again as a test.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write,
};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Call, Problem, Reply, traffic::number};
use crate::state::{
    World,
    chat::Target,
    outbox::{Delivery, DeliveryFilter},
    person::UserKey,
    talk::{Act, Deed},
};

/// A pause of the simulator's clock that is worth a step of its own.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

const HEAD: &str = "\
# A conversation: what people did, and what the bot sent to the chat then.
# `{any}` in a text stands for anything and `{digits}` for digits; a value `\"{any}\"` for any value.
";

/// What people did in the channel's chats and what the bot said to it; with `after`, what follows that act. A place that no
/// act has reached is one from before a reset: everything follows it.
pub(super) fn scenario(call: &Call<'_>) -> Result<Reply, Problem> {
    let after = number(call, "after")?.unwrap_or(0) as u64;
    let world = call.shared.world();
    let channel = call.channel(&world)?;
    let after = if after > world.talk.done() { 0 } else { after };
    let acts: Vec<&Act> =
        world.talk.iter().filter(|act| act.channel == channel && act.seq > after).collect();
    let filter = DeliveryFilter {
        channel_id: Some(world.channels[channel].id.to_string()),
        after: acts.first().map(|act| act.after),
        ..DeliveryFilter::default()
    };
    let deliveries = world.outbox.find(&filter, usize::MAX);
    let (steps, scenario) = Names::of(&world, channel).write(&acts, &deliveries);
    Ok(Reply::ok(&json!({ "scenario": scenario, "steps": steps })))
}

/// What people and chats are called in the file.
struct Names<'a> {
    world: &'a World,
    people: BTreeMap<UserKey, String>,
}

impl<'a> Names<'a> {
    fn of(world: &'a World, channel: usize) -> Self {
        let provider = world.channels[channel].provider;
        let people: Vec<_> = world.people.of(provider).collect();
        let mut names = BTreeMap::<&str, usize>::new();
        for name in people.iter().filter_map(|(_, person)| person.display_name.as_deref()) {
            *names.entry(name).or_default() += 1;
        }
        // A name that two people have is nobody's.
        let called = people.iter().map(|(user, person)| {
            let name = person.display_name.as_deref();
            let name = name.filter(|name| names.get(name) == Some(&1));
            (*user, name.map_or_else(|| user.id().to_string(), str::to_owned))
        });
        Self { world, people: called.collect() }
    }

    fn person(&self, user: UserKey) -> String {
        self.people.get(&user).cloned().unwrap_or_else(|| user.id().to_string())
    }

    /// How many steps the file has, and the file.
    fn write(&self, acts: &[&Act], deliveries: &[Delivery]) -> (usize, String) {
        let (mut steps, mut count) = (String::new(), 0);
        let mut last = None;
        let (mut users, mut chats) = (BTreeSet::new(), BTreeSet::new());
        for (index, act) in acts.iter().enumerate() {
            let Some((user, lines)) = self.act(act) else { continue };
            let pause = last.map(|last| act.at.duration_since(last));
            if let Some(pause) = pause.filter(|pause| *pause >= PAUSE) {
                let _ = write!(steps, "\n[[step]]\nwait = \"{}s\"\n", pause.as_secs());
                count += 1;
            }
            last = Some(act.at);
            users.insert(user);
            if let Target::Chat(id) = &act.chat
                && let Some(chat) = self.world.chats.get(id)
            {
                chats.insert(id);
                users.extend(&chat.members);
            }
            let until = acts.get(index + 1).map(|next| next.after);
            let bot = answers(deliveries, act, until);
            let _ = write!(steps, "\n[[step]]\n{lines}{}", told(&bot));
            count += 1;
        }
        let mut file = HEAD.to_owned();
        for user in users {
            let (name, id) = (quoted(&self.person(user)), quoted(user.id().as_str()));
            let _ = write!(file, "\n[[person]]\nname = {name}\nid = {id}\n");
        }
        for id in chats {
            let Some(chat) = self.world.chats.get(id) else { continue };
            let mut members: Vec<_> = chat.members.iter().collect();
            members.sort_unstable();
            let members: Value = members.into_iter().map(|user| self.person(*user)).collect();
            let kind = if id.starts_with('C') { "group" } else { "room" };
            let (name, id, members) = (quoted(&chat.name), quoted(id), inline(&members));
            let _ = write!(file, "\n[[{kind}]]\nname = {name}\nid = {id}\nmembers = {members}\n");
        }
        (count, file + &steps)
    }

    /// Who did something, and the lines of it; nothing where it cannot be done again.
    fn act(&self, act: &Act) -> Option<(UserKey, String)> {
        let user = act.user?;
        let mut lines = format!("who = {}\n", quoted(&self.person(user)));
        if let Target::Chat(id) = &act.chat
            && let Some(chat) = self.world.chats.get(id)
        {
            let _ = writeln!(lines, "chat = {}", quoted(&chat.name));
        }
        let done = match &act.deed {
            Deed::Said { content, .. } => {
                let message = serde_json::to_value(content).ok()?;
                match (message["type"].as_str(), message["text"].as_str()) {
                    (Some("text"), Some(text)) => format!("says = {}", quoted(text)),
                    _ => format!("sends = {}", inline(&message)),
                }
            }
            Deed::Tapped(content) => {
                let content = serde_json::to_value(content).ok()?;
                let params = &content["params"];
                let mut taps = format!("taps = {}", inline(&content["data"]));
                if params.is_object() {
                    let _ = write!(taps, "\nparams = {}", inline(params));
                }
                taps
            }
            Deed::Followed => r#"does = "follow""#.to_owned(),
            Deed::Blocked => r#"does = "block""#.to_owned(),
            Deed::Joined => r#"does = "join""#.to_owned(),
            Deed::Left => r#"does = "leave""#.to_owned(),
            Deed::Unsent | Deed::Displayed(_) => return None,
        };
        let _ = writeln!(lines, "{done}");
        Some((user, lines))
    }
}

/// The messages that came to an act's chat after it, and before so many deliveries. A group has each once.
fn answers(deliveries: &[Delivery], act: &Act, until: Option<u64>) -> Vec<Value> {
    let chat = act.chat.id();
    let mut requests = HashSet::new();
    let here = deliveries.iter().filter(|delivery| {
        delivery.seq > act.after
            && until.is_none_or(|until| delivery.seq <= until)
            && delivery.chat == chat
    });
    here.filter(|delivery| requests.insert(&delivery.request_id))
        .flat_map(|delivery| delivery.messages.iter().cloned())
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

/// A value as TOML has it in one line. TOML has no null: an entry of that value is left out.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null()).map(inline);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            let fields = fields.collect::<Vec<_>>();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        other => other.to_string(),
    }
}

/// A text in quotes. JSON's escapes are TOML's, but for one character that TOML wants escaped.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}
