//! `/my/services`: programs of a person's that ask other people for tokens.

use hikyaku_page::html::{Attribute, Tag, Url};
use http::StatusCode;

use super::{
    Site,
    person::{Owner, frame, is_name},
    visit::Visit,
};
use crate::{
    Error, NewService,
    answer::{Answer, page_answer, see_other},
    page::{Tone, button, empty, fact, field, hidden, section, to_copy},
    words::my,
};

impl Site {
    /// `GET /my/services`, and what is wrong about what was asked for.
    pub(super) async fn services(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let services = self.state.services_of(owner.channel, owner.user).await?;
        let who = self.person_name(owner).await;
        let told = match visit.fields.get("told") {
            Some("removed") => Some((my::told_removed(lang), Tone::Good)),
            Some("gone") => Some((my::told_gone(lang), Tone::Bad)),
            _ => None,
        };
        let notice = wrong.map(|why| (why, Tone::Bad)).or(told);
        let frame = frame(visit, "/my/services", &who, notice);
        let page = frame.draw(|html| {
            html.element(Tag::P).class("lead").text(my::services_why(lang));
            if services.is_empty() {
                empty(html, my::no_services(lang));
            }
            html.element(Tag::Ul).class("cards").body(|html| {
                for service in &services {
                    html.element(Tag::Li).class("part").body(|html| {
                        html.element(Tag::H2).text(&service.name);
                        html.element(Tag::Dl).class("facts").body(|html| {
                            fact(html, my::client_id(lang), |html| {
                                to_copy(html, &service.client_id);
                            });
                            fact(html, my::callbacks(lang), |html| {
                                html.text(&service.callbacks.join("\n"));
                            });
                        });
                        html.element(Tag::Details).class("more").body(|html| {
                            let summary = html.element(Tag::Summary).class("act").class("act-warn");
                            summary.text(my::remove(lang));
                            frame.form(html, "form", "/my/services/remove", |html| {
                                hidden(html, "id", &service.id.to_string());
                                html.element(Tag::P).text(my::remove_sure(lang));
                                button(html, "act-end", my::remove_now(lang));
                            });
                        });
                    });
                }
            });
            section(html, my::new_service(lang), |html| {
                frame.form(html, "form", "/my/services/add", |html| {
                    let hint = Some(my::service_hint(lang));
                    field(html, "name", my::name(lang), visit.given("name"), hint);
                    html.element(Tag::Label).class("field").body(|html| {
                        html.span("field-name").text(my::callbacks(lang));
                        let area = html.element(Tag::Textarea).class("input");
                        let area = area.set(Attribute::Name, "callbacks").set(Attribute::Rows, "3");
                        area.set(Attribute::Placeholder, "https://example.com/callback")
                            .text(visit.given("callbacks"));
                    });
                    html.div("acts").body(|html| button(html, "act-main", my::register(lang)));
                });
            });
        });
        let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        Ok(page_answer(status, page))
    }

    /// `POST /my/services/add`.
    pub(super) async fn add_service(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let name = visit.given("name");
        if !is_name(name) {
            return self.services(visit, owner, Some(my::bad_name(lang))).await;
        }
        let lines = visit.given("callbacks").lines().map(str::trim);
        let callbacks: Vec<String> =
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let new = NewService { name: name.to_owned(), callbacks };
        if let Err(why) = new.check() {
            return self.services(visit, owner, Some(&why.to_string())).await;
        }
        let made = self.state.add_service(new).await?;
        self.state.own_service(owner.channel, owner.user, &made).await?;
        let who = self.person_name(owner).await;
        let frame = frame(visit, "/my/services", &who, None);
        let page = frame.draw(|html| {
            section(html, name, |html| {
                html.element(Tag::P).text(my::service_made(lang));
                html.element(Tag::Dl).class("facts").body(|html| {
                    fact(html, my::client_id(lang), |html| to_copy(html, &made.client_id));
                    fact(html, my::client_secret(lang), |html| to_copy(html, &made.client_secret));
                });
                html.element(Tag::P).class("hint").text(my::copy_hint(lang));
                html.element(Tag::P).body(|html| {
                    if let Some(url) = Url::path("/my/services") {
                        html.element(Tag::A).leads_to(&url).text(my::back(lang));
                    }
                });
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }

    /// `POST /my/services/remove`.
    pub(super) async fn remove_service(
        &self,
        visit: &Visit<'_>,
        owner: Owner<'_>,
    ) -> Result<Answer, Error> {
        let id: Option<i64> = visit.given("id").parse().ok();
        let own = self.state.services_of(owner.channel, owner.user).await?;
        let found = own.iter().find(|service| Some(service.id) == id);
        let removed = match found {
            Some(service) => self.state.remove_service(service.id).await?,
            None => false,
        };
        Ok(see_other(if removed { "/my/services?told=removed" } else { "/my/services?told=gone" }))
    }
}
