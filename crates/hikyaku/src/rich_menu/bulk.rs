use hikyaku_model::{
    Checker, UserId,
    limits::{Count, Problem, Segment},
};
use serde::Serialize;

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static LINK: Route =
    Route::post("linkRichMenuIdToUsers", "/v2/bot/richmenu/bulk/link").idempotent();
pub(super) static UNLINK: Route =
    Route::post("unlinkRichMenuIdFromUsers", "/v2/bot/richmenu/bulk/unlink").idempotent();

/// The number of users in one call.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-users>
const USERS: Count = Count { min: 1, max: 500 };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rich_menu_id: Option<&'a str>,
    user_ids: Vec<&'a str>,
}

impl Client {
    /// Links a rich menu to many users. LINE does so within seconds after its response.
    ///
    /// # Limits
    /// 1 to 500 users a call.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-users>
    pub async fn link_rich_menu_to_users(
        &self,
        rich_menu_id: &str,
        users: &[impl AsRef<str>],
    ) -> Result<Answer<()>, Error> {
        let user_ids = texts(users);
        check(|checker| {
            checker.required("richMenuId", rich_menu_id);
            check_users(&user_ids, checker);
        })?;
        let body = Body { rich_menu_id: Some(rich_menu_id), user_ids };
        self.request(&LINK, &[])?.json(&body)?.send().await?.empty()
    }

    /// Unlinks the rich menus of many users. LINE does so within seconds after its response.
    ///
    /// # Limits
    /// 1 to 500 users a call.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#unlink-rich-menu-from-users>
    pub async fn unlink_rich_menu_from_users(
        &self,
        users: &[impl AsRef<str>],
    ) -> Result<Answer<()>, Error> {
        let user_ids = texts(users);
        check(|checker| check_users(&user_ids, checker))?;
        let body = Body { rich_menu_id: None, user_ids };
        self.request(&UNLINK, &[])?.json(&body)?.send().await?.empty()
    }
}

fn texts(users: &[impl AsRef<str>]) -> Vec<&str> {
    users.iter().map(AsRef::as_ref).collect()
}

fn check_users(users: &[&str], checker: &mut Checker) {
    checker.at(Segment::Field("userIds"), |checker| {
        checker.count(users.len(), USERS);
        for (index, user) in users.iter().enumerate() {
            if let Err(why) = UserId::check(user) {
                checker.at(Segment::Index(index), |checker| checker.report(Problem::Id(why)));
            }
        }
    });
}
