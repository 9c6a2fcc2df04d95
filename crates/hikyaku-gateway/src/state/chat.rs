use serde::Serialize;

use super::{State, row::Row};
use crate::Error;

/// A chat known from the account's webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChatRow {
    /// The channel whose account is in the chat.
    pub channel: String,
    /// The id of the user, group or room, as the target of a token.
    pub id: String,
    /// The name, if LINE has reported it.
    pub name: Option<String>,
    /// Whether the user has blocked the account, or the account is no longer in the group.
    pub gone: bool,
}

impl State {
    /// Returns all chats known from webhooks, by channel and id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn chats(&self) -> Result<Vec<ChatRow>, Error> {
        let sql = "SELECT channel, id, name, gone FROM hikyaku_gateway_chat ORDER BY channel, id";
        self.ask(sql, [], read).await
    }

    /// The chats that a person can pick: the one with the account, and the groups that the person has linked.
    pub(crate) async fn chats_of(
        &self,
        channel: &str,
        person: &str,
    ) -> Result<Vec<ChatRow>, Error> {
        let sql = "SELECT channel, id, name, gone FROM hikyaku_gateway_chat WHERE channel = $1 AND gone = 0 AND (id = $2 \
             OR id IN (SELECT chat FROM hikyaku_gateway_linked WHERE channel = $1 AND person = $2)) ORDER BY id DESC";
        self.ask(sql, [channel.into(), person.into()], read).await
    }

    /// Remembers a chat's name.
    pub(crate) async fn name_chat(&self, channel: &str, id: &str, name: &str) -> Result<(), Error> {
        let sql = "UPDATE hikyaku_gateway_chat SET name = $1 WHERE channel = $2 AND id = $3";
        self.ask(sql, [name.into(), channel.into(), id.into()], |_| ()).await?;
        Ok(())
    }
}

fn read(row: &mut Row) -> ChatRow {
    ChatRow { channel: row.text(), id: row.text(), name: row.text_if_any(), gone: row.flag() }
}
