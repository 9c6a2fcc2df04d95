use crate::{command::Shell, recorder::Recorder};

/// The body of a push with these words.
fn sent(shell: &Shell, words: &[&str]) -> String {
    let recorder = Recorder::start();
    let url = recorder.url();
    let connection = ["push", "U1", "--api-url", &url, "--token", "t"];
    let words = connection.iter().chain(words).copied();
    let outcome = shell.run_with_input(words, r#"{"type":"text","text":"from stdin"}"#);
    assert_eq!(outcome.code, 0, "{outcome}");
    recorder.request().body
}

#[test]
fn the_order_of_different_flags_is_kept() {
    let words = [
        "--sticker",
        "446:1988",
        "--text",
        "one",
        "--message",
        r#"[{"type":"text","text":"two"},{"type":"text","text":"three"}]"#,
        "--text",
        "four",
    ];
    insta::assert_snapshot!(sent(&Shell::bare(), &words), @r#"{"to":"U1","messages":[{"type":"sticker","packageId":"446","stickerId":"1988"},{"type":"text","text":"one"},{"type":"text","text":"two"},{"type":"text","text":"three"},{"type":"text","text":"four"}]}"#);
}

#[test]
fn a_text_may_begin_with_a_hyphen() {
    insta::assert_snapshot!(sent(&Shell::bare(), &["--text", "-5", "--text", "--json"]), @r#"{"to":"U1","messages":[{"type":"text","text":"-5"},{"type":"text","text":"--json"}]}"#);
}

#[test]
fn a_picture_is_its_own_preview_unless_another_is_given() {
    let words = [
        "--image",
        "https://example.com/a,b.jpg",
        "--image",
        "https://example.com/a,b.jpg,https://example.com/c.jpg",
    ];
    insta::assert_snapshot!(sent(&Shell::bare(), &words), @r#"{"to":"U1","messages":[{"type":"image","originalContentUrl":"https://example.com/a,b.jpg","previewImageUrl":"https://example.com/a,b.jpg"},{"type":"image","originalContentUrl":"https://example.com/a,b.jpg","previewImageUrl":"https://example.com/c.jpg"}]}"#);
}

#[test]
fn flex_is_taken_as_the_designer_shows_it_and_as_a_whole_message() {
    let bubble = r#"{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[]}}"#;
    let shell = Shell::bare().with_file("bubble.json", format!("\u{feff}{bubble}\n")).with_file(
        "whole.json",
        format!(r#"{{"type":"flex","altText":"whole","contents":{bubble}}}"#),
    );
    insta::assert_snapshot!(sent(&shell, &["--flex", "@bubble.json", "--alt-text", "after"]), @r#"{"to":"U1","messages":[{"type":"flex","altText":"after","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[]}}}]}"#);
    insta::assert_snapshot!(sent(&shell, &["--alt-text", "before", "--flex", "@bubble.json"]), @r#"{"to":"U1","messages":[{"type":"flex","altText":"before","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[]}}}]}"#);
    insta::assert_snapshot!(sent(&shell, &["--flex", "@whole.json"]), @r#"{"to":"U1","messages":[{"type":"flex","altText":"whole","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[]}}}]}"#);
}

#[test]
fn a_message_may_come_from_a_file_or_stdin() {
    let shell = Shell::bare().with_file("m.json", r#"[{"type":"text","text":"from a file"}]"#);
    insta::assert_snapshot!(sent(&shell, &["--message", "@m.json", "--message", "@-"]), @r#"{"to":"U1","messages":[{"type":"text","text":"from a file"},{"type":"text","text":"from stdin"}]}"#);
}

#[test]
fn what_this_version_does_not_know_is_sent_as_it_is() {
    let message = r#"{"type":"hologram","size":3,"sender":{"name":"Ko"}}"#;
    insta::assert_snapshot!(sent(&Shell::bare(), &["--message", message]), @r#"{"to":"U1","messages":[{"size":3,"type":"hologram","sender":{"name":"Ko"}}]}"#);
}
