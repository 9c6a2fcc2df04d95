use hikyaku_model::{Extra, NotificationToken, UserAccessToken, limits::Length};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::check, json::optional_secret, route::Route};

pub(super) static TOKEN: Route =
    Route::post("issueServiceNotificationToken", "/message/v3/notifier/token").unnamed();
pub(super) static SEND: Route =
    Route::post("sendServiceMessage", "/message/v3/notifier/send").query(&["target"]).unnamed();

/// The name of a template, with its language.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#send-service-message>
const TEMPLATE_NAME: Length = Length::utf16(30);

/// By what further service messages are sent to a person.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceNotification {
    /// The token for the next message; nothing if the service message was the last.
    #[serde(default, deserialize_with = "optional_secret")]
    pub notification_token: Option<NotificationToken>,
    /// Seconds that it is good for: a year from when the first one was issued.
    pub expires_in: u64,
    /// How many more messages can be sent: 5 in all.
    pub remaining_count: u32,
    /// The session that the messages belong to.
    pub session_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Issues a token that 5 service messages can be sent to a person by, within a year. There is one for each LIFF access
    /// token.
    ///
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): the LIFF access token is over, or the person has closed the app.
    /// [`Rejected`](crate::ErrorKind::Rejected): a token was issued for it already.
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

    /// Sends a service message of a template, named with its language (`thankyou_msg_en`), with what stands for the
    /// template's variables. The token is used up; the answer has the next one. It is repeated only where LINE cannot
    /// have acted on it.
    ///
    /// # Limits
    /// 30 characters of the template's name.
    /// # Errors
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized): the token is used up or over.
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
