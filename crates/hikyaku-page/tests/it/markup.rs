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
                    if name != "img" {
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
