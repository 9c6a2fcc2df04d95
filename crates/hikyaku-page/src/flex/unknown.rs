use hikyaku_model::Object;

use crate::{html::Html, pen::Pen};

/// Draws what stands for an object that this version cannot draw, and names its type.
pub(crate) fn draw(pen: &Pen<'_>, object: &Object, html: &mut Html) {
    let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or("?");
    // A name is a word; what is longer would only push the rest away.
    let kind: String = kind.chars().take(40).collect();
    html.div("unknown").body(|html| {
        html.span("unknown-what").text(pen.look.lang.unknown());
        html.span("unknown-type").text(&kind);
    });
}
