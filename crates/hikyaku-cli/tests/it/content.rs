use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

fn picture() -> Answer {
    Answer::new(200, "picture").header("content-type", "image/jpeg")
}

#[test]
fn a_content_goes_to_a_file() {
    let recorder = Recorder::answering([picture()]);
    let shell = Shell::at(&recorder);
    let outcome = shell.run(["content", "354718705033", "--out", "a.jpg"]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\n7 bytes (image/jpeg) in a.jpg");
    assert_eq!(std::fs::read_to_string(shell.folder().join("a.jpg")).unwrap(), "picture");
    assert_eq!(recorder.request().line, "GET /v2/bot/message/354718705033/content");
}

#[test]
fn a_preview_goes_to_stdout() {
    let recorder = Recorder::answering([picture()]);
    let outcome = Shell::at(&recorder).run(["content", "1", "--preview"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "picture"));
    assert_eq!(recorder.request().line, "GET /v2/bot/message/1/content/preview");
}

#[test]
fn a_download_that_breaks_off_leaves_no_file() {
    let recorder = Recorder::answering([picture().header("content-length", "100")]);
    let shell = Shell::at(&recorder);
    let outcome = shell.run(["content", "1", "--out", "a.jpg", "--no-retry"]);
    assert_eq!(outcome.code, 7, "{outcome}");
    assert_eq!(std::fs::read_dir(shell.folder()).unwrap().count(), 0);
}

#[test]
fn what_is_still_prepared_after_the_wait_is_told() {
    let recorder = Recorder::answering([Answer::new(202, "{}")]);
    let outcome = Shell::at(&recorder).run(["content", "1", "--wait", "0.01", "--out", "a.mp4"]);
    insta::assert_snapshot!(outcome, @r"
    exit 7
    --- stderr
    error: transient: LINE still prepares the content after 10ms
    ");
}

#[test]
fn bytes_are_no_json() {
    let recorder = Recorder::start();
    let outcome = Shell::at(&recorder).run(["content", "1", "--json"]);
    assert_eq!((outcome.code, recorder.connections()), (2, 0));
    assert!(outcome.stderr.contains("with --json add --out FILE"), "{outcome}");
}
