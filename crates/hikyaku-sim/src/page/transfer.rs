//! The whole state: taken away as a file, and replaced by one.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag, Url},
};

use super::panel::block;

pub(super) fn draw(lang: Lang, html: &mut Html) {
    block(lang.whole_state(), "state", html, |html| {
        html.element(Tag::P).class("fine").text(lang.whole_state_hint());
        html.div("choices").body(|html| {
            if let Some(url) = Url::path("/_sim/v1/state") {
                let link = html.element(Tag::A).class("quiet").set(Attribute::Id, "export");
                let link = link.leads_to(&url).set(Attribute::Download, "hikyaku-sim.json");
                link.text(lang.export_state());
            }
            html.element(Tag::Label).class("quiet").class("file-choice").body(|html| {
                html.text(lang.import_state());
                html.element(Tag::Input)
                    .class("file-input")
                    .file_input("application/json,.json")
                    .set(Attribute::Id, "import-file")
                    .empty();
            });
        });
        let sure = html.div("sure").set(Attribute::Id, "import-sure").set(Attribute::Hidden, "");
        let sure = sure.set(Attribute::Role, "group");
        sure.set(Attribute::AriaLabel, lang.import_sure()).body(|html| {
            html.element(Tag::P).class("fine").text(lang.import_sure());
            html.element(Tag::Code).class("sure-name").set(Attribute::Id, "import-name").empty();
            html.div("choices").body(|html| {
                for (class, does, words) in
                    [("strong", "import", lang.replace()), ("quiet", "no-import", lang.cancel())]
                {
                    let button = html.element(Tag::Button).class(class).plain_button();
                    button.set(Attribute::DataDo, does).text(words);
                }
            });
        });
    });
}
