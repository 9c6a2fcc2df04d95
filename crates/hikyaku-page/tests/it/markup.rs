//! An independent reading of HTML that was written.

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer};

/// An element that was read, with the texts directly in it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) tag: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// What a parser makes of a fragment.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    pub(crate) elements: Vec<Element>,
    pub(crate) text: String,
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Markup {
    /// Reads a fragment, which must be well-formed.
    pub(crate) fn read(html: &str) -> Self {
        let mut markup = Self::default();
        let mut open: Vec<String> = Vec::new();
        for token in Tokenizer::new(html) {
            match token.unwrap() {
                Token::StartTag(tag) => {
                    let name = string(&tag.name);
                    assert!(!tag.self_closing, "{name}");
                    if name != "img" && name != "input" {
                        open.push(name.clone());
                    }
                    let attributes = tag
                        .attributes
                        .iter()
                        .map(|(name, value)| (string(name), string(value)))
                        .collect();
                    markup.elements.push(Element { tag: name, attributes });
                }
                Token::EndTag(tag) => assert_eq!(open.pop(), Some(string(&tag.name)), "{html}"),
                Token::String(text) => markup.text.push_str(&string(&text)),
                Token::Comment(comment) => panic!("a comment: {comment:?}"),
                Token::Doctype(_) => panic!("a doctype"),
                Token::Error(error) => panic!("{error:?} in {html}"),
            }
        }
        assert!(open.is_empty(), "{open:?}");
        markup
    }

    /// The elements that have an attribute.
    pub(crate) fn with<'a>(
        &'a self,
        attribute: &'a str,
    ) -> impl Iterator<Item = (&'a Element, &'a str)> {
        self.elements
            .iter()
            .filter_map(move |element| Some((element, element.attributes.get(attribute)?.as_str())))
    }
}

#[test]
fn whatever_is_written_is_read_as_it_was() {
    use hikyaku_page::html::{Attribute, Html, Tag};

    let text = "<!--\u{0}&amp;]]></div><script>\r\n\"'`=\u{202e}日本\u{1f980}";
    let mut html = Html::default();
    html.element(Tag::Div).class("a").class("b").set(Attribute::Title, text).text(text);
    let markup = Markup::read(html.as_str());
    let expected = text.replace('\u{0}', "\u{fffd}").replace("\r\n", "\n");
    assert_eq!(markup.text, expected);
    assert_eq!(markup.elements.len(), 1);
    assert_eq!(markup.elements[0].attributes["title"], expected);
    assert_eq!(markup.elements[0].attributes["class"], "a b");
}

#[test]
fn a_form_is_sent_where_the_page_says_and_nowhere_else() {
    use hikyaku_page::html::{Document, FormTarget, Tag};

    let target = FormTarget::url("https://service.example:8443/back?a=b&c=d").unwrap();
    let state = "\"><script>";
    let page = Document::new("en", "t").form(FormTarget::own("/next")).form(target.clone());
    let page = page.body(|html| {
        html.element(Tag::Form).post_to(&target).body(|html| {
            html.element(Tag::Input).hidden("state", state).empty();
            html.element(Tag::Button).submit("act", "go").text("Go");
        });
    });
    let page = page.as_str();
    let sources = "form-action &#39;self&#39; https://service.example:8443";
    assert!(page.contains(sources), "{page}");
    let (_, form) = page.split_once("<body>").unwrap();
    let markup = Markup::read(form.split_once("</body>").unwrap().0);
    let of = |tag: &str, name: &str| {
        markup.elements.iter().find(|it| it.tag == tag).unwrap().attributes[name].clone()
    };
    assert_eq!(of("form", "action"), "https://service.example:8443/back?a=b&c=d");
    assert_eq!((of("form", "method"), of("button", "type")), ("post".into(), "submit".into()));
    assert_eq!((of("input", "value"), of("input", "type")), (state.to_owned(), "hidden".into()));
    let none = Document::new("en", "t").body(|_| {});
    assert!(none.as_str().contains("form-action &#39;none&#39;"), "{none}");
}
