use hikyaku_webhook::sign;

use crate::{poster::Post, shared::Shared, state::login::PurchaseEvent};

/// Lets the person of a reserved purchase pay for it, and tells the channel's server. Gives whether that has answered with
/// 2xx; nothing where there is no such purchase, or it is paid for.
///
/// LINE sends it again when it fails; here it is sent once.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#purchase-complete-event>
pub(crate) async fn pay(shared: &Shared, login: usize, order_id: &str) -> Option<bool> {
    let (json, post) = shared.change(|world| {
        let now = world.clock.now();
        let login = world.logins.get_mut(login)?;
        let json = login.shop.pay(order_id, &login.id, now)?;
        let body = json.to_string().into_bytes();
        let signature = sign(&login.secret, &body);
        let url = login.shop.webhook.clone()?;
        Some((json, Post { url, signature, body: body.into() }))
    })?;
    let is_received =
        shared.poster.post(post).await.status.is_some_and(|s| (200..300).contains(&s));
    shared.change(|world| {
        let at = world.clock.now();
        if let Some(login) = world.logins.get_mut(login) {
            login.shop.tell(PurchaseEvent { at, json, is_received });
        }
    });
    Some(is_received)
}
