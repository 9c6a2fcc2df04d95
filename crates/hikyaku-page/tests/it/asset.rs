use base64::{Engine, prelude::BASE64_STANDARD};
use hikyaku_page::{SCRIPT, SCRIPT_HASH, STYLES};
use sha2::{Digest, Sha256};

#[test]
fn the_policy_knows_the_script_by_its_hash() {
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT.as_str()));
    assert_eq!(SCRIPT_HASH, format!("sha256-{hash}"));
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
