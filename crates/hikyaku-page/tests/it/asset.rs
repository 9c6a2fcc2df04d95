use base64::{Engine, prelude::BASE64_STANDARD};
use hikyaku_model::flex::Container;
use hikyaku_page::{Look, Preview, SCRIPT, SCRIPT_HASH, STYLES, Shown};
use sha2::{Digest, Sha256};

#[test]
fn the_policy_knows_the_script_by_its_hash() {
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT.as_str()));
    assert_eq!(SCRIPT_HASH, format!("sha256-{hash}"));
}

#[test]
fn the_policy_of_a_preview_knows_every_script_on_it() {
    let bubble = Container::from_json(r#"{"type":"bubble"}"#).unwrap();
    let page = Preview::new("bubble.json", &Look::default()).draw(Shown::Flex(&bubble)).to_string();
    let scripts: Vec<&str> = page.split("<script>").skip(1).collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        let text = script.split("</script>").next().unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        assert!(page.contains(&format!("&#39;sha256-{hash}&#39;")), "{hash}");
    }
}

#[test]
fn what_a_page_is_called_and_says_stays_text() {
    let bubble = Container::from_json(r#"{"type":"bubble"}"#).unwrap();
    let text = "</title></style><script>alert(1)</script>";
    let page =
        Preview::new(text, &Look::default()).notes(&[text.to_owned()]).draw(Shown::Flex(&bubble));
    assert_eq!(page.as_str().matches("<script>").count(), 2);
    assert_eq!(page.as_str().matches("</style>").count(), STYLES.len());
    assert_eq!(page.as_str().matches("&lt;/title&gt;").count(), 3);
}

#[test]
fn style_sheets_load_nothing() {
    for sheet in STYLES {
        for word in ["url(", "@import", "@font-face", "image-set", "//"] {
            let text = sheet.as_str().replace("https://developers.line.biz", "");
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn the_tokens_of_dark_pages_are_the_same_by_system_and_by_choice() {
    let tokens = STYLES[0].as_str();
    let blocks: Vec<Vec<&str>> = tokens
        .split("--ground: #121417;")
        .skip(1)
        .map(|rest| rest.split("color-scheme: dark;").next().unwrap().split_whitespace().collect())
        .collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0], blocks[1]);
}
