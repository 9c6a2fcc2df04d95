//! What people did, in the order that it has with what was delivered.

use serde_json::{Value, json};

use super::{Call, Problem, Reply, traffic::number};
use crate::state::{
    person::UserKey,
    talk::{Act, Deed},
};

/// The acts in the channel's chats, oldest first; with `after`, those that follow it.
pub(super) fn acts(call: &Call<'_>) -> Result<Reply, Problem> {
    let after = number(call, "after")?.unwrap_or(0) as u64;
    let world = call.shared.world();
    let channel = call.channel(&world)?;
    let acts = world.talk.iter().filter(|act| act.channel == channel && act.seq > after);
    let acts: Vec<Value> = acts.map(describe).collect();
    Ok(Reply::ok(&json!({ "acts": acts, "last": world.talk.done() })))
}

fn describe(act: &Act) -> Value {
    let (kind, more) = match &act.deed {
        Deed::Said { message_id, content, .. } => (
            "said",
            vec![("messageId", json!(message_id.to_string())), ("message", json!(content))],
        ),
        Deed::Unsent => ("unsent", Vec::new()),
        Deed::Displayed(text) => ("displayed", vec![("text", json!(text))]),
        Deed::Tapped(content) => ("tapped", vec![("postback", json!(content))]),
        Deed::Followed => ("followed", Vec::new()),
        Deed::Blocked => ("blocked", Vec::new()),
        Deed::Joined => ("joined", Vec::new()),
        Deed::Left => ("left", Vec::new()),
    };
    let mut json = json!({
        "seq": act.seq,
        "at": act.at,
        "chat": act.chat.id(),
        "userId": act.user.map(UserKey::id),
        "after": act.after,
        "type": kind,
    });
    for (name, value) in more {
        json[name] = value;
    }
    json
}
