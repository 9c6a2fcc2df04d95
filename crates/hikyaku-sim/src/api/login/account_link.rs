use http::{Method, StatusCode};

use super::{
    authorize::html,
    page::{error_page, linked_page},
};
use crate::api::{Action, Answer, Endpoint, Request};

/// Where a person comes from the bot's own login page, to have both accounts linked. LINE has it at `access.line.me`.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/linking-accounts/>
pub(crate) const DIALOG: Endpoint =
    Endpoint::new(Method::GET, "/dialog/bot/accountLink", read).open();

/// The characters of a nonce.
const NONCE: std::ops::RangeInclusive<usize> = 10..=255;

fn read(request: &Request) -> Result<Action, Answer> {
    let refused = |why: &str| html(StatusCode::BAD_REQUEST, error_page(why));
    let (token, nonce) = (request.parameter("linkToken"), request.parameter("nonce"));
    let token = token.ok_or_else(|| refused("linkToken is missing"))?;
    let nonce = nonce.filter(|nonce| NONCE.contains(&nonce.chars().count()));
    let nonce = nonce.ok_or_else(|| refused("nonce must have 10 to 255 characters"))?;
    Ok(Box::new(move |scene| {
        // The token alone says whose it is.
        let mut channels = 0..scene.world.channels.len();
        if channels.any(|channel| scene.world.link_account(channel, &token, &nonce)) {
            return html(StatusCode::OK, linked_page());
        }
        refused("the linkToken is unknown, used, or older than 10 minutes")
    }))
}
