//! What a person's pages have in common.

use super::{Site, visit::Visit};
use crate::{
    Error, Visitor,
    answer::Answer,
    page::{Frame, Tab, Tone},
    words::my,
};

/// Whose tokens and services they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) channel: &'a str,
    pub(super) user: &'a str,
}

impl Site {
    /// A person's page; nothing for a path that has none.
    pub(super) async fn person_page(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Option<Answer>, Error> {
        Ok(Some(match (visit.method().as_str(), visit.path()) {
            ("GET", "/my") => self.tokens(visit, owner).await?,
            ("POST", "/my/create") => self.create(visit, owner).await?,
            ("POST", "/my/test") => self.test(visit, owner).await?,
            ("POST", "/my/move") => self.move_token(visit, owner).await?,
            ("POST", "/my/revoke") => self.revoke(visit, owner).await?,
            ("GET", "/my/services") => self.services(visit, owner, None).await?,
            ("POST", "/my/services/add") => self.add_service(visit, owner).await?,
            ("POST", "/my/services/remove") => self.remove_service(visit, owner).await?,
            _ => return Ok(None),
        }))
    }

    pub(super) async fn person_name(&self, owner: Owner<'_>) -> String {
        let Owner { channel, user } = owner;
        let (channel, user) = (channel.to_owned(), user.to_owned());
        self.name_of(&Visitor::Person { channel, user }).await
    }
}

/// The frame of a person's page.
pub(super) fn frame<'a>(
    visit: &'a Visit<'_>,
    current: &'static str,
    who: &'a str,
    notice: Option<(&'a str, Tone)>,
) -> Frame<'a> {
    let lang = visit.lang;
    Frame {
        lang,
        title: my::title(lang),
        tabs: vec![
            Tab { path: "/my", name: my::tokens(lang) },
            Tab { path: "/my/services", name: my::services(lang) },
        ],
        current,
        heading: None,
        is_wide: false,
        who,
        proof: visit.proof(),
        sign_out: "/my/sign-out",
        notice,
    }
}

/// Whether a token or a service can be called so.
pub(super) fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}
