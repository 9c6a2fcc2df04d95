use super::{Request, form::Form, module::attach};
use crate::state::{World, holder::Holder};

/// The channel that makes a request which needs no channel's token: by its id, its assertion or a token of one of its
/// people. Nothing is proved by that; it is known whose rate the request counts towards.
pub(super) fn of(world: &World, request: &Request) -> Option<Holder> {
    let form = Form::read(request).ok();
    let field = |name: &str| {
        let in_form = form.as_ref().and_then(|form| form.optional(name));
        in_form.or_else(|| request.parameter(name))
    };
    let id = field("client_id").or_else(|| attach::basic(request).map(|(id, _)| id));
    if let Some(holder) = id.and_then(|id| world.holder_of_id(&id)) {
        return Some(holder);
    }
    if let Some(jwt) = field("client_assertion") {
        return world.keys.signer(&jwt);
    }
    let token = request.token().map(str::to_owned).or_else(|| field("access_token"))?;
    let of_person = |(place, _)| Holder::Login(place);
    let holder = world.tokens.holder_of(&token, world.clock.now());
    holder.or_else(|| world.user_token(&token).ok().map(of_person))
}
