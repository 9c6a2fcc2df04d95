use std::net::IpAddr;

use hikyaku_page::{Lang, html::FormTarget};
use http::{HeaderMap, StatusCode};

use super::{
    OAuth, browser,
    reply::{Back, stop},
};
use crate::{
    ChatRow, Error, ServiceRow,
    answer::{Answer, page_answer},
    callback,
    fields::Fields,
    page::{Consent, Step},
    state::{Agreed, Flow},
    token::shown_code,
    words::{self, fill},
};

impl OAuth {
    /// `POST /oauth/consent`: what a person does on the page.
    pub(super) async fn consent(
        &self,
        headers: &HeaderMap,
        fields: &Fields,
        lang: Lang,
        caller: IpAddr,
    ) -> Result<Answer, Error> {
        let over = || stop(lang, StatusCode::BAD_REQUEST, words::expired(lang));
        let secrets = fields.get("flow").zip(browser(headers));
        let Some((flow, browser)) = secrets else { return Ok(over()) };
        let Some(mut wish) = self.state.flow(flow, browser).await? else {
            self.mistakes.count(caller);
            return Ok(over());
        };
        let Some(service) = self.state.service_by_id(wish.service).await? else {
            return Ok(over());
        };
        let mut wrong = false;
        match fields.get("act") {
            Some("decline") => {
                self.state.end(flow, browser).await?;
                let why = "the person did not agree";
                return Ok(back(lang, &service, &wish).error(
                    "access_denied",
                    why,
                    Some(&wish.state),
                ));
            }
            Some("agree") => {
                let chat = fields.get("chat").unwrap_or_default();
                if let Some(Agreed { flow, code }) = self.state.agree(flow, browser, chat).await? {
                    let values = [("code", code.as_str()), ("state", flow.state.as_str())];
                    return Ok(back(lang, &service, &flow).with(&values));
                }
            }
            Some("answer") if wish.person.is_none() => {
                let number = fields.get("number").unwrap_or_default();
                let number: String = number.chars().filter(char::is_ascii_digit).collect();
                wrong = !self.state.answer(flow, browser, &number).await?;
                if wrong {
                    self.mistakes.count(caller);
                } else if let Some(known) = self.state.flow(flow, browser).await? {
                    wish = known;
                }
            }
            _ => {}
        }
        self.page(lang, &service, &wish, flow, wrong).await
    }

    /// The page of a wish, as far as it is.
    pub(super) async fn page(
        &self,
        lang: Lang,
        service: &ServiceRow,
        wish: &Flow,
        flow: &str,
        wrong: bool,
    ) -> Result<Answer, Error> {
        let channel = wish.person.as_ref().map_or(&self.channel, |(channel, _)| channel);
        let account = self.accounts.get(channel);
        let info = match account {
            Some(account) => account.info().await,
            None => None,
        };
        let called = info.map_or("LINE", |info| &info.display_name);
        let chats = match &wish.person {
            Some((channel, person)) => Some(self.choices(channel, person, called, lang).await?),
            None => None,
        };
        let code = shown_code(&self.state.link_code(flow));
        let consent = Consent {
            lang,
            service: &service.name,
            host: callback::host(&wish.redirect_uri),
            returns: FormTarget::url(&wish.redirect_uri),
            account: called,
            basic_id: info.map(|info| info.basic_id.as_str()),
            flow,
            code: &code,
            step: chats.as_ref().map_or(Step::Who { wrong }, |chats| Step::Where(chats)),
        };
        Ok(page_answer(StatusCode::OK, consent.draw()))
    }

    /// The chats that a person can pick, the one with the account first, and what they are called.
    async fn choices(
        &self,
        channel: &str,
        person: &str,
        account: &str,
        lang: Lang,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut choices = Vec::new();
        for ChatRow { id, name, .. } in self.state.chats_of(channel, person).await? {
            let name = if id == person {
                fill(words::one_on_one(lang), &[("account", account)])
            } else {
                match name.or(self.learn(channel, &id).await?) {
                    Some(name) => name,
                    None => fill(words::nameless(lang), &[("id", id.get(..6).unwrap_or(&id))]),
                }
            };
            choices.push((id, name));
        }
        choices.sort_by_key(|(id, _)| id != person);
        Ok(choices)
    }

    async fn learn(&self, channel: &str, chat: &str) -> Result<Option<String>, Error> {
        let Some(account) = self.accounts.get(channel) else { return Ok(None) };
        let name = account.name_of(chat).await;
        if let Some(name) = &name {
            self.state.name_chat(channel, chat, name).await?;
        }
        Ok(name)
    }
}

fn back<'a>(lang: Lang, service: &'a ServiceRow, flow: &'a Flow) -> Back<'a> {
    let (redirect_uri, form_post) = (flow.redirect_uri.as_str(), flow.form_post);
    Back { lang, service: &service.name, redirect_uri, form_post }
}
