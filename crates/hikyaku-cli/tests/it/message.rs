use crate::command::Shell;

#[test]
fn a_bubble_of_the_designer_is_printed_as_it_is_understood() {
    let bubble = r#"{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[
        {"type":"text","text":"paid","colour":"red"},{"type":"hologram","depth":3}]}}"#;
    let shell = Shell::bare().with_file("bubble.json", bubble);
    insta::assert_snapshot!(shell.run(["message", "fmt", "bubble.json"]), @r#"
    exit 0
    --- stdout
    {
      "type": "bubble",
      "body": {
        "type": "box",
        "layout": "vertical",
        "contents": [
          {
            "type": "text",
            "text": "paid",
            "colour": "red"
          },
          {
            "depth": 3,
            "type": "hologram"
          }
        ]
      }
    }
    --- stderr
    warning: body.contents[0].colour: is a field that this version does not know
    warning: body.contents[1].type: is a word that this version does not know; known are box, button, image, video, icon, text, span, separator, filler
    "#);
}

#[test]
fn a_list_from_stdin_stays_a_list() {
    let list = r#"[{"text":"hi","type":"text","new":[1]},{"type":"sticker","packageId":"1"}]"#;
    let outcome = Shell::bare().run_with_input(["message", "fmt", "-", "--json"], list);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    [{"type":"text","text":"hi","new":[1]},{"packageId":"1","type":"sticker"}]
    --- stderr
    {"warning":{"property":"[0].new","message":"is a field that this version does not know"}}
    {"warning":{"property":"[1].stickerId","message":"must not be empty"}}
    "#);
}

#[test]
fn a_message_that_is_understood_brings_no_warning() {
    let message = r#"{"type":"text","text":"hi"}"#;
    let outcome = Shell::bare().run_with_input(["message", "fmt", "-", "--json"], message);
    assert_eq!(outcome.to_string(), format!("exit 0\n--- stdout\n{message}"));
}

#[test]
fn what_is_no_message_is_refused_with_its_place() {
    let outcome = Shell::bare().run_with_input(["message", "fmt", "-"], "[{}, 7]");
    insta::assert_snapshot!(outcome, @r"
    exit 2
    --- stderr
    error: - is no JSON of messages: line 1, column 6: invalid type: integer `7`, expected a map; mend it there
    ");
}
