use hikyaku_model::{Extra, NotificationToken, UserAccessToken, limits::Length};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::check, json::optional_secret, route::Route};

pub(super) static TOKEN: Route =
    Route::post("issueServiceNotificationToken", "/message/v3/notifier/token").unnamed();
pub(super) static SEND: Route =
    Route::post("sendServiceMessage", "/message/v3/notifier/send").query(&["target"]).unnamed();

/// The name of a template, including its language.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#send-service-message>
const TEMPLATE_NAME: Length = Length::utf16(30);

/// The token and the counters for further service messages to a user.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceNotification {
    /// The token for the next message; `None` if this was the last.
    #[serde(default, deserialize_with = "optional_secret")]
    pub notification_token: Option<NotificationToken>,
    /// The remaining validity, in seconds: a year from when the first token was issued.
    pub expires_in: u64,
    /// The number of messages that can still be sent: 5 in all.
    pub remaining_count: u32,
    /// The session to which the messages belong.
    pub session_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Issues a token for 5 service messages to a user within a year. There is one token for each LIFF access token.
    ///
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): the LIFF access token has expired, or the user has closed the
    /// app.
    /// [`Rejected`](crate::ErrorKind::Rejected): a token was already issued for this LIFF access token.
    /// # Source
    /// <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
    pub async fn issue_notification_token(
        &self,
        liff_token: &UserAccessToken,
    ) -> Result<Answer<ServiceNotification>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            liff_access_token: &'a str,
        }

        let body = Body { liff_access_token: liff_token.expose() };
        self.request(&TOKEN, &[])?.json(&body)?.read().await
    }

    /// Sends a service message from a template, named with its language (`thankyou_msg_en`), with values for the
    /// template's variables. The call uses the token up and returns the next one. It is retried only if LINE cannot
    /// have acted on it.
    ///
    /// # Limits
    /// 30 characters for the template's name.
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): the token was used or has expired.
    /// [`Forbidden`](crate::ErrorKind::Forbidden): the channel has no such template.
    /// # Source
    /// <https://developers.line.biz/en/reference/line-mini-app/#send-service-message>
    pub async fn send_service_message<'a>(
        &self,
        token: &NotificationToken,
        template_name: &str,
        params: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Answer<ServiceNotification>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            template_name: &'a str,
            params: std::collections::BTreeMap<&'a str, &'a str>,
            notification_token: &'a str,
        }

        check(|checker| checker.length("templateName", template_name, TEMPLATE_NAME))?;
        let params = params.into_iter().collect();
        let body = Body { template_name, params, notification_token: token.expose() };
        self.request(&SEND, &[])?.query("target", "service").json(&body)?.read().await
    }
}
