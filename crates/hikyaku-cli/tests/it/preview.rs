use crate::{browser, command::Shell};

const BUBBLE: &str = r#"{"type":"bubble","hero":{"type":"image","url":"https://example.com/hero.png"},
    "body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"paid <b>"}]}}"#;

#[test]
fn a_bubble_becomes_a_page_that_asks_for_nothing() {
    let shell = Shell::bare().with_file("bubble.json", BUBBLE);
    for words in [["flex", "preview", "bubble.json"], ["message", "preview", "bubble.json"]] {
        let outcome = shell.run(words);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let page = outcome.stdout;
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
        assert!(page.contains("paid &lt;b&gt;"));
        assert!(page.contains("<title>bubble.json</title>"));
        assert!(page.contains("data-src=\"https://example.com/hero.png\""));
        assert!(!page.contains("<img"));
        assert!(!page.contains(" src="));
    }
}

#[test]
fn pictures_language_width_and_darkness_are_the_callers() {
    let shell = Shell::bare().with_file("bubble.json", BUBBLE);
    let page = shell.run([
        "flex",
        "preview",
        "bubble.json",
        "--load-pictures",
        "--lang",
        "ja",
        "--width",
        "320",
        "--dark",
    ]);
    assert_eq!(page.code, 0, "{page}");
    let page = page.stdout;
    assert!(page.contains("src=\"https://example.com/hero.png\""));
    assert!(page.contains("<html lang=\"ja\" data-theme=\"dark\">"));
    assert!(page.contains("width:320px;"));
}

#[test]
fn a_list_of_messages_is_drawn_with_pointers_into_the_file() {
    let list = r#"[{"type":"text","text":"hi"},{"type":"template","altText":"?","template":{"type":"confirm","text":"Sure?",
        "actions":[{"type":"message","label":"Yes","text":"y"},{"type":"message","label":"No","text":"n"}]}}]"#;
    let page = Shell::bare().run_with_input(["message", "preview", "-"], list);
    assert_eq!(page.code, 0, "{page}");
    assert!(page.stdout.contains("data-ptr=\"/1/template/actions/0\""));
    assert!(page.stdout.contains("<title>stdin</title>"));
}

#[test]
fn broken_rules_are_told_as_validate_tells_them_and_the_page_is_there() {
    let broken = r#"{"type":"flex","altText":"","contents":{"type":"bubble","body":{"type":"box","layout":"vertical",
        "contents":[{"type":"text","text":"still drawn","color":"red"}]}}}"#;
    let shell = Shell::bare().with_file("broken.json", broken);
    let outcome = shell.run(["flex", "preview", "broken.json", "-o", "broken.html"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    insta::assert_snapshot!(outcome.stderr);
    let page = std::fs::read_to_string(shell.folder().join("broken.html")).unwrap();
    assert!(page.contains("still drawn"));
    assert!(page.contains("<li>contents.body.contents[0].color: "));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_next_step() {
    let shell = Shell::bare().with_file("bubble.json", BUBBLE).with_file("no.json", "{");
    let told = [
        &["flex", "preview", "no.json"][..],
        &["flex", "preview", "bubble.json", "-o", "page.pdf"],
        &["flex", "preview", "bubble.json", "-o", "page.png"],
        &["flex", "preview", "bubble.json", "--json"],
        &["flex", "preview", "bubble.json", "--width", "7"],
    ]
    .map(|words| format!("{words:?}\n{}", shell.run(words.iter().copied())));
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn a_picture_is_as_wide_as_the_phone_in_twice_as_many_dots() {
    let Some(browser) = browser::find() else { return };
    let shell = Shell::bare()
        .with("HIKYAKU_BROWSER", browser.to_str().unwrap())
        .with_file("bubble.json", BUBBLE);
    let words = ["flex", "preview", "bubble.json", "-o", "bubble.png", "--width", "300", "--json"];
    let outcome = shell.run(words);
    assert_eq!(outcome.code, 0, "{outcome}");
    let said: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let png = std::fs::read(shell.folder().join("bubble.png")).unwrap();
    assert_eq!(said["bytes"], png.len());
    assert_eq!(said["content_type"], "image/png");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(number(16), 600);
    // The picture, the text and what is around them, and no empty rest of a window.
    assert!((300..1000).contains(&number(20)), "{}", number(20));
}
