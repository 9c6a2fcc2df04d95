use std::{fmt, time::Duration};

use clap::Args;
use hikyaku::model::Object;
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    bot::{self, WaitArgs},
    control::{Channel, Control},
    tail::said,
};
use crate::{
    failure::{network, refused, usage},
    file,
    output::Output,
};

/// What a webhook may take in any case: LINE gives a bot two seconds to answer it.
const ANSWERED: Duration = Duration::from_secs(5);

/// Make something happen in a running simulator, and tell its bot
#[derive(Debug, Args)]
#[command(after_help = "\
EVENT is the word that LINE's webhooks have for it. message, postback, follow, unfollow, join, leave, memberJoined and \
memberLeft happen in the simulator, too: a join adds a group, say. With --with, and for all other words, the bot is told of \
the event as it is given; what all events have is filled in. The command ends when the bot has answered the webhook. Where \
the channel has no webhook URL, a bot is looked for on the usual ports and paths of this machine.

Examples:
  hikyaku sim trigger message --text hi --await-reply
  hikyaku sim trigger postback --data action=buy
  hikyaku sim trigger follow
  hikyaku sim trigger beacon --with '{\"beacon\":{\"hwid\":\"d41d8cd98f\",\"type\":\"enter\"}}'")]
pub(super) struct Trigger {
    /// What happens
    event: String,

    /// What a message says
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,

    /// What a postback brings
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    data: Option<String>,

    /// Fields of the event, as LINE's reference names them
    #[arg(long, value_name = "JSON|@FILE", conflicts_with_all = ["text", "data"])]
    with: Option<String>,

    /// Who does it [default: a friend, or somebody new]
    #[arg(long, value_name = "USER_ID")]
    user: Option<String>,

    /// The group or room where it happens
    #[arg(long, value_name = "ID")]
    chat: Option<String>,

    /// Wait for what the bot then sends to the chat, and print it
    #[arg(long)]
    await_reply: bool,

    #[command(flatten)]
    wait: WaitArgs,
}

/// What came of it.
#[derive(Serialize)]
struct Told {
    /// The webhook of the event, with how the bot answered it.
    webhook: Value,
    /// What the bot sent to the chat, if that was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Value>,
}

/// Where and by whom.
struct Scene<'a> {
    control: &'a Control,
    channel: &'a Channel,
    user: String,
    /// The group or room, or the person's own chat.
    chat: String,
}

impl Trigger {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        self.check()?;
        let fields = self.fields()?;
        let control = self.wait.sim.control()?;
        let mut channel = control.channel().await?;
        if channel.webhook.is_none()
            && !bot::find(&self.wait.place, &control, &mut channel, output).await?
        {
            return Err(refused(format!(
                "no bot to tell: the channel {} has no webhook URL, and no bot is at the usual ports; give `hikyaku sim` \
                 its --webhook URL",
                channel.id
            )));
        }
        let tries = control
            .call(Method::GET, &format!("/_sim/v1/webhooks?channel={}&limit=0", channel.id), None)
            .await?["attempts"]
            .as_u64()
            .unwrap_or_default();
        let delivered =
            control.call(Method::GET, "/_sim/v1/outbox/counts", None).await?["deliveries"]
                .as_u64()
                .unwrap_or_default();
        let scene = self.scene(&control, &channel).await?;
        let event_id = match fields {
            Some(fields) => scene.announce(&self.event, fields).await?,
            None => self.act(&scene).await?,
        };
        let patience = self.wait.timeout;
        let until = Instant::now() + patience.max(ANSWERED);
        let webhook = scene.told(&self.event, event_id.as_deref(), tries, until).await?;
        let reply =
            if self.await_reply { Some(scene.reply(delivered, patience).await?) } else { None };
        let told = Told { webhook, reply };
        output.print(&told, &told)
    }

    /// Refuses flags without effect.
    fn check(&self) -> anyhow::Result<()> {
        let flags = [
            ("--text", self.text.is_some(), "message"),
            ("--data", self.data.is_some(), "postback"),
        ];
        for (flag, given, event) in flags {
            if given && self.event != event {
                return Err(usage(format!(
                    "{flag} is for the event {event}; give fields of {} by --with",
                    self.event
                )));
            }
        }
        match self.event.as_str() {
            "message" if self.text.is_none() && self.with.is_none() => {
                Err(usage("a message needs --text, or its fields by --with '{\"message\":{…}}'"))
            }
            "postback" if self.data.is_none() && self.with.is_none() => {
                Err(usage("a postback needs --data, or its fields by --with '{\"postback\":{…}}'"))
            }
            _ => Ok(()),
        }
    }

    /// Returns the fields that were given, or that an event without a dedicated call needs.
    fn fields(&self) -> anyhow::Result<Option<Object>> {
        match &self.with {
            Some(with) => file::read_json("--with", with).map(|(fields, _)| Some(fields)),
            None if ACTS.contains(&self.event.as_str()) => Ok(None),
            None => Ok(Some(Object::new())),
        }
    }

    /// Finds the user and the chat, or adds them.
    async fn scene<'a>(
        &self,
        control: &'a Control,
        channel: &'a Channel,
    ) -> anyhow::Result<Scene<'a>> {
        let user = match &self.user {
            Some(user) => user.clone(),
            None => self.somebody(control, channel).await?,
        };
        let chat = match &self.chat {
            Some(chat) => chat.clone(),
            None if self.with.is_none() && GROUP_ACTS.contains(&self.event.as_str()) => {
                self.group(control, channel, &user).await?
            }
            None => user.clone(),
        };
        Ok(Scene { control, channel, user, chat })
    }

    /// Returns a friend of the account, or for a follow event a user who is not a friend yet.
    async fn somebody(&self, control: &Control, channel: &Channel) -> anyhow::Result<String> {
        let path = format!("/_sim/v1/users?channel={}", channel.id);
        let wanted = if self.event == "follow" { "none" } else { "friend" };
        let users = control.call(Method::GET, &path, None).await?;
        let mut known = users["users"].as_array().into_iter().flatten();
        if let Some(user) = known.find(|user| user["friendship"] == wanted) {
            return text_of(user, "userId");
        }
        let new = json!({ "friendship": wanted });
        text_of(&control.call(Method::POST, &path, Some(&new)).await?, "userId")
    }

    /// Returns a group, or for a join event a new one without the account.
    async fn group(
        &self,
        control: &Control,
        channel: &Channel,
        user: &str,
    ) -> anyhow::Result<String> {
        let at = |path: &str| format!("/_sim/v1/{path}?channel={}", channel.id);
        let groups = control.call(Method::GET, &at("groups"), None).await?;
        if let Some(group) = groups["chats"].get(0).filter(|_| self.event != "join") {
            return text_of(group, "id");
        }
        let members = json!({ "members": [user] });
        let added = control.call(Method::POST, &at("groups"), Some(&members)).await?;
        let group = text_of(&added, "id")?;
        if self.event == "join" {
            // The simulator adds a group with the account in it.
            let path = at(&format!("chats/{group}/account"));
            control.call(Method::DELETE, &path, None).await?;
        }
        Ok(group)
    }

    /// Triggers the event in the simulator; returns its id if it is known.
    async fn act(&self, scene: &Scene<'_>) -> anyhow::Result<Option<String>> {
        let Scene { user, chat, .. } = scene;
        let speaker = (user != chat).then_some(user);
        let (method, path, body) = match self.event.as_str() {
            "message" => (
                Method::POST,
                format!("chats/{chat}/messages"),
                Some(json!({ "text": self.text, "userId": speaker })),
            ),
            "postback" => (
                Method::POST,
                format!("chats/{chat}/postback"),
                Some(json!({ "data": self.data, "userId": speaker })),
            ),
            "follow" => (
                Method::PUT,
                format!("users/{user}/friendship"),
                Some(json!({ "friendship": "friend" })),
            ),
            "unfollow" => (
                Method::PUT,
                format!("users/{user}/friendship"),
                Some(json!({ "friendship": "blocked" })),
            ),
            "join" => (Method::PUT, format!("chats/{chat}/account"), None),
            "leave" => (Method::DELETE, format!("chats/{chat}/account"), None),
            "memberJoined" => (Method::PUT, format!("chats/{chat}/members/{user}"), None),
            "memberLeft" => (Method::DELETE, format!("chats/{chat}/members/{user}"), None),
            other => return Err(usage(format!("{other} needs its fields by --with"))),
        };
        let path = format!("/_sim/v1/{path}?channel={}", scene.channel.id);
        let answer = scene.control.call(method, &path, body.as_ref()).await?;
        Ok(answer["webhookEventId"].as_str().map(str::to_owned))
    }
}

/// The events that users' actions cause.
const ACTS: [&str; 8] =
    ["message", "postback", "follow", "unfollow", "join", "leave", "memberJoined", "memberLeft"];

/// The events among them that happen in a group or room.
const GROUP_ACTS: [&str; 4] = ["join", "leave", "memberJoined", "memberLeft"];

impl Scene<'_> {
    /// Sends the bot an event unchanged.
    async fn announce(&self, word: &str, mut fields: Object) -> anyhow::Result<Option<String>> {
        fields.entry("type").or_insert_with(|| word.into());
        fields.entry("source").or_insert_with(|| match self.chat.as_bytes().first() {
            Some(b'C') => json!({ "type": "group", "groupId": self.chat, "userId": self.user }),
            Some(b'R') => json!({ "type": "room", "roomId": self.chat, "userId": self.user }),
            _ => json!({ "type": "user", "userId": self.user }),
        });
        let path = format!("/_sim/v1/channels/{}/events", self.channel.id);
        let answer = self.control.call(Method::POST, &path, Some(&fields.into())).await?;
        Ok(answer["webhookEventId"].as_str().map(str::to_owned))
    }

    /// Waits until the bot has answered the webhook of the event, and returns the webhook.
    async fn told(
        &self,
        word: &str,
        event_id: Option<&str>,
        mut after: u64,
        until: Instant,
    ) -> anyhow::Result<Value> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let path = format!("/_sim/v1/webhooks?channel={}&after={after}", self.channel.id);
            let Some(answer) = self.control.news(&path, left).await? else {
                return Err(network(format!(
                    "the bot was told of no {word}: it is in that state already, or an earlier webhook waits; see \
                     `hikyaku sim tail`"
                )));
            };
            after = answer["attempts"].as_u64().unwrap_or(after);
            let webhooks = answer["webhooks"].as_array().into_iter().flatten();
            let mut same = webhooks.filter(|webhook| {
                let event = &webhook["events"][0];
                match event_id {
                    Some(id) => event["webhookEventId"] == id,
                    None => event["type"] == word,
                }
            });
            let Some(webhook) = same.next_back() else { continue };
            let attempt = webhook["attempts"].as_array().and_then(|attempts| attempts.last());
            let attempt = attempt.unwrap_or(&Value::Null);
            let url = self.channel.webhook.as_deref().unwrap_or_default();
            let word = |name: &str| attempt[name].as_str().unwrap_or_default();
            return match word("reason") {
                "ok" => Ok(webhook.clone()),
                "error_status_code" => {
                    Err(refused(format!("the bot at {url} answered {}", word("detail"))))
                }
                reason => Err(network(format!(
                    "the bot at {url} did not answer: {reason} ({}); check that it runs",
                    word("detail")
                ))),
            };
        }
    }

    /// Waits for the next delivery to the chat after this many.
    async fn reply(&self, after: u64, patience: Duration) -> anyhow::Result<Value> {
        let path = format!("/_sim/v1/outbox?to={}&after={after}&count=1", self.chat);
        match self.control.news(&path, patience).await? {
            Some(answer) => Ok(answer["deliveries"][0].clone()),
            None => Err(refused(
                "the bot answered its webhook and sent nothing to the chat; see `hikyaku sim tail`",
            )),
        }
    }
}

fn text_of(answer: &Value, name: &str) -> anyhow::Result<String> {
    let text = answer[name].as_str().map(str::to_owned);
    text.ok_or_else(|| network(format!("the simulator's answer has no {name}")))
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.webhook["attempts"].as_array();
        let status =
            attempts.and_then(|attempts| attempts.last()?["status"].as_u64()).unwrap_or(200);
        write!(f, "the bot was told, and answered {status}")?;
        let messages = self.reply.as_ref().and_then(|reply| reply["messages"].as_array());
        for message in messages.into_iter().flatten() {
            write!(f, "\n{}", said(message))?;
        }
        Ok(())
    }
}
