use hikyaku_sim::Sim;

use crate::{
    command::{Outcome, Shell},
    platform::Platform,
    recorder::{Answer, Recorder},
};

const FILE: &str = r#"
[[menu]]
name = "main"
chat_bar_text = "Menu"
image = "main.png"
alias = "main"
default = true

[[menu.area]]
x = 0
y = 0
width = 1250
height = 843
action = { type = "message", text = "hello" }
"#;

/// As much of a picture as anyone here reads.
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x09\xc4\0\0\x03\x4b\x08\x06\0\0\0";

fn shell(recorder: &Recorder) -> Shell {
    Shell::at(recorder).with_file("menus.toml", FILE).with_file("main.png", IMAGE)
}

fn ok(body: &str) -> Answer {
    Answer::new(200, body)
}

fn lines(recorder: &Recorder) -> String {
    recorder.requests().into_iter().map(|request| request.line + "\n").collect()
}

fn menus(menus: &[(&str, &str)]) -> Answer {
    let menus = menus.iter().map(|(id, name)| {
        format!(
            r#"{{"richMenuId":"{id}","name":"{name}","size":{{"width":2500,"height":843}},"selected":false,"chatBarText":"Menu","areas":[]}}"#
        )
    });
    ok(&format!(r#"{{"richmenus":[{}]}}"#, menus.collect::<Vec<_>>().join(",")))
}

/// Applies the file to an account with none of its menus; gives the name that the menu is made under.
fn first_run(words: &[&str]) -> (Outcome, Recorder, String) {
    let recorder = Recorder::answering([
        menus(&[("other", "made by hand #1")]),
        ok(r#"{"richMenuId":"new"}"#),
        ok("{}"),
        ok(r#"{"aliases":[]}"#),
        ok("{}"),
        Answer::new(404, r#"{"message":"no default richmenu"}"#),
    ]);
    let words = ["richmenu", "apply", "menus.toml"].into_iter().chain(words.iter().copied());
    let outcome = shell(&recorder).run(words);
    let made: serde_json::Value = serde_json::from_str(&recorder.requests()[1].body).unwrap();
    let name = made["name"].as_str().unwrap().to_owned();
    (outcome, recorder, name)
}

#[test]
fn a_new_account_gets_menu_image_alias_and_default() {
    let (outcome, recorder, name) = first_run(&["--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"menus":[{"name":"main","rich_menu_id":"new","outcome":"created","alias":"main","default":true}],"deleted":[]}
    "#);
    insta::assert_snapshot!(lines(&recorder), @r"
    GET /v2/bot/richmenu/list
    POST /v2/bot/richmenu
    POST /v2/bot/richmenu/new/content
    GET /v2/bot/richmenu/alias/list
    POST /v2/bot/richmenu/alias
    GET /v2/bot/user/all/richmenu
    POST /v2/bot/user/all/richmenu/new
    ");
    let requests = recorder.requests();
    insta::assert_snapshot!(requests[1].body.replace(&name, "[name]"), @r#"{"size":{"width":2500,"height":843},"selected":false,"name":"[name]","chatBarText":"Menu","areas":[{"bounds":{"x":0,"y":0,"width":1250,"height":843},"action":{"type":"message","text":"hello"}}]}"#);
    assert_eq!(requests[2].header("content-type"), Some("image/png"));
    assert_eq!(requests[2].body, String::from_utf8_lossy(IMAGE));
    insta::assert_snapshot!(requests[4].body, @r#"{"richMenuAliasId":"main","richMenuId":"new"}"#);
}

#[test]
fn a_second_run_changes_nothing() {
    let (_, _, name) = first_run(&[]);
    let recorder = Recorder::answering([
        menus(&[("other", "made by hand #1"), ("new", &name)]),
        ok("image").header("content-type", "image/png"),
        ok(r#"{"aliases":[{"richMenuAliasId":"main","richMenuId":"new"}]}"#),
        ok(r#"{"richMenuId":"new"}"#),
    ]);
    let outcome = shell(&recorder).run(["richmenu", "apply", "menus.toml"]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\nunchanged main new, alias main, default");
    let reads = recorder.requests().iter().all(|request| request.line.starts_with("GET "));
    assert!(reads, "{}", lines(&recorder));
}

#[test]
fn a_change_replaces_the_menu_and_moves_alias_and_default_first() {
    let old = "main #0123456789ab";
    let answers = || {
        [
            menus(&[("old", old), ("other", "main #by-hand"), ("third", "third #0123456789ab")]),
            ok(r#"{"richMenuId":"new"}"#),
            ok("{}"),
            ok(r#"{"aliases":[{"richMenuAliasId":"main","richMenuId":"old"}]}"#),
            ok("{}"),
            ok(r#"{"richMenuId":"old"}"#),
        ]
    };
    let recorder = Recorder::answering(answers());
    let outcome = shell(&recorder).run(["richmenu", "apply", "menus.toml", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"menus":[{"name":"main","rich_menu_id":"new","outcome":"replaced","alias":"main","default":true}],"deleted":["old"]}
    "#);
    insta::assert_snapshot!(lines(&recorder), @r"
    GET /v2/bot/richmenu/list
    POST /v2/bot/richmenu
    POST /v2/bot/richmenu/new/content
    GET /v2/bot/richmenu/alias/list
    POST /v2/bot/richmenu/alias/main
    GET /v2/bot/user/all/richmenu
    POST /v2/bot/user/all/richmenu/new
    DELETE /v2/bot/richmenu/old
    ");
    let recorder = Recorder::answering(answers());
    let outcome = shell(&recorder).run(["richmenu", "apply", "menus.toml", "--keep-replaced"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(!lines(&recorder).contains("DELETE"), "{}", lines(&recorder));
}

#[test]
fn what_an_interrupted_run_began_is_finished() {
    let (_, _, name) = first_run(&[]);
    let recorder = Recorder::answering([
        menus(&[("new", &name)]),
        Answer::new(404, r#"{"message":"no image"}"#),
        ok("{}"),
        ok(r#"{"aliases":[]}"#),
        ok("{}"),
        Answer::new(404, r#"{"message":"no default richmenu"}"#),
    ]);
    let outcome = shell(&recorder).run(["richmenu", "apply", "menus.toml"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(recorder.requests()[2].line, "POST /v2/bot/richmenu/new/content");
}

#[test]
fn another_image_is_another_state() {
    let (_, _, name) = first_run(&[]);
    let recorder = Recorder::answering([menus(&[("old", &name)])]);
    let other = [IMAGE, b"x"].concat();
    let shell = shell(&recorder).with_file("main.png", other);
    shell.run(["richmenu", "apply", "menus.toml"]);
    assert_eq!(recorder.requests()[1].line, "POST /v2/bot/richmenu");
}

#[test]
fn mistakes_in_the_file_are_told_before_anything_is_called() {
    let recorder = Recorder::start();
    let mut told = String::new();
    for (from, to) in [
        ("chat_bar_text", "chatbar_text"),
        ("name = \"main\"", ""),
        ("main.png", "nowhere.png"),
        ("main.png", "menus.toml"),
        ("\"Menu\"", "\"more than fourteen characters\""),
        ("text = \"hello\"", "text = \"\""),
        ("selected = false", "x"),
        ("width = 1250", "width = -1"),
        ("[[menu]]", "[[menus]]"),
    ] {
        let text =
            if FILE.contains(from) { FILE.replacen(from, to, 1) } else { format!("{FILE}{to}") };
        let shell = shell(&recorder).with_file("menus.toml", text);
        let outcome = shell.run(["richmenu", "apply", "menus.toml"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
        told.push_str(&outcome.stderr);
    }
    insta::assert_snapshot!(told, @r"
    error: menus.toml: unknown key chatbar_text in [[menu]]; is chat_bar_text meant?
    error: menus.toml: missing field `name` in `menu`
    error: cannot read nowhere.png: No such file or directory (os error 2); check the path
    error: image: menus.toml must be a JPEG or PNG image (nothing was sent)
    error: menu[0].chatBarText: must have at most 14 characters, has 29 (nothing was sent)
    error: menu[0].areas[0].action.text: must not be empty (nothing was sent)
    error: menus.toml: line 15: key with no value, expected `=`
    error: menus.toml: invalid value: integer `-1`, expected u32 in `menu.area.width`
    error: menus.toml: unknown key menus; is menu meant?
    ");
    assert_eq!(recorder.connections(), 0);
}

#[test]
fn the_menus_are_listed() {
    let recorder = Recorder::answering([menus(&[("r1", "main #0123456789ab")])]);
    let outcome = Shell::at(&recorder).run(["richmenu", "list"]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\n1 rich menus\n  r1 main #0123456789ab");
}

#[test]
fn on_the_platform_runs_end_with_one_menu_and_the_newest() {
    let platform = Platform::with(Sim::builder());
    let friend = platform.sim.add_friend();
    let shell = platform.shell().with_file("menus.toml", FILE).with_file("main.png", IMAGE);
    let run = |shell: &Shell| {
        let outcome = shell.run(["richmenu", "apply", "menus.toml", "--json"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let applied: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        let menu = &applied["menus"][0];
        assert_eq!(platform.sim.rich_menu_of(&friend).as_deref(), menu["rich_menu_id"].as_str());
        menu["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!([run(&shell), run(&shell)], ["created", "unchanged"]);
    let changed = shell.with_file("menus.toml", FILE.replace("\"Menu\"", "\"More\""));
    assert_eq!([run(&changed), run(&changed)], ["replaced", "unchanged"]);
    let list = changed.run(["richmenu", "list"]).stdout;
    assert!(list.starts_with("1 rich menus\n"), "{list}");
}
