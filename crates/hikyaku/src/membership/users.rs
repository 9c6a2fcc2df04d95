use crate::{Client, UserIds, page::Paged, route::Route};

pub(super) static ROUTE: Route =
    Route::get("getJoinedMembershipUsers", "/v2/bot/membership/{membershipId}/users/ids")
        .query(&["start", "limit"]);

impl Client {
    /// Lists the members of a plan.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the plan does not exist.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-membership-user-ids>
    pub fn membership_users(&self, membership_id: u64) -> Paged<'_, UserIds> {
        Paged::new(self, &ROUTE, &[&membership_id.to_string()])
    }
}
