use hikyaku_model::{UserId, limits::Problem};
use serde::Serialize;

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static BY_TOKEN: Route =
    Route::post("markMessagesAsReadByToken", "/v2/bot/chat/markAsRead").idempotent();
pub(super) static BY_USER: Route =
    Route::post("markMessagesAsRead", "/v2/bot/message/markAsRead").idempotent();

impl Client {
    /// Marks every message up to that of the token as read. The token comes with the message in the webhook and does
    /// not expire.
    ///
    /// # Source
    /// <https://developers.line.biz/en/docs/messaging-api/mark-as-read/>
    pub async fn mark_as_read_by_token(
        &self,
        mark_as_read_token: &str,
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            mark_as_read_token: &'a str,
        }

        check(|checker| {
            if mark_as_read_token.is_empty() {
                checker.report_field("markAsReadToken", Problem::Required);
            }
        })?;
        self.request(&BY_TOKEN, &[])?.json(&Body { mark_as_read_token })?.send().await?.empty()
    }

    /// Marks all of a user's messages as read: the older call, for accounts to which LINE has granted it. LINE has taken
    /// no new applications since the end of October 2026: [`mark_as_read_by_token`](Self::mark_as_read_by_token) needs
    /// none.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#mark-messages-from-users-as-read>
    pub async fn mark_as_read(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            chat: Chat<'a>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Chat<'a> {
            user_id: &'a str,
        }

        let user_id = user.as_ref();
        check(|checker| {
            if let Err(why) = UserId::check(user_id) {
                checker.report_field("chat.userId", Problem::Id(why));
            }
        })?;
        self.request(&BY_USER, &[])?.json(&Body { chat: Chat { user_id } })?.send().await?.empty()
    }
}
