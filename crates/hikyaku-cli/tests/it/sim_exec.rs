//! A command that runs against a simulator of its own, and the examples of other languages as such commands.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::command::Shell;

/// A shell that finds programs, `hikyaku` among them.
pub(crate) fn shell() -> Shell {
    let folder = Path::new(env!("CARGO_BIN_EXE_hikyaku")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    Shell::bare().with("PATH", &path)
}

#[test]
fn a_command_finds_the_simulator_in_its_environment() {
    let script = "hikyaku push $HIKYAKU_SIM_FRIENDS --text hello && hikyaku quota-consumption && \
        curl -sf $HIKYAKU_API_URL/_sim/v1/outbox/latest >&2 && hikyaku doctor --no-webhook-test";
    let real = [
        ("LINE_CHANNEL_ACCESS_TOKEN", "a-real-token"),
        ("CHANNEL_ACCESS_TOKEN", "a-real-token"),
        ("LINE_CHANNEL_SECRET", "a-real-secret"),
        ("HIKYAKU_API_URL", "https://api.line.me"),
    ];
    let shell = real.iter().fold(shell(), |shell, (name, value)| shell.with(name, value));
    let outcome = shell.run(["sim", "exec", "--friends", "1", "--", "sh", "-c", script]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("about 1 messages sent this month"), "{outcome}");
    assert!(outcome.stderr.contains(r#""text":"hello""#), "{outcome}");
    let outcome = shell.run(["sim", "exec", "sh", "-c", "env"]);
    assert!(!outcome.stdout.contains("a-real"), "{outcome}");
    assert!(outcome.stdout.contains("CHANNEL_ACCESS_TOKEN=sim-token-1"), "{outcome}");
    assert!(outcome.stdout.contains("HIKYAKU_DATA_URL=http://127.0.0.1:"), "{outcome}");
}

#[test]
fn friends_are_there_again_after_a_reset() {
    let script = "curl -sf -X POST $HIKYAKU_API_URL/_sim/v1/reset && hikyaku push $HIKYAKU_SIM_FRIENDS --text hello";
    let outcome = shell().run(["sim", "exec", "--friends", "1", "--", "sh", "-c", script]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn it_ends_as_its_command_ends_and_names_what_line_refused() {
    let shell = shell();
    let quiet = shell.run(["sim", "exec", "--", "sh", "-c", "exit 7"]);
    assert_eq!((quiet.code, quiet.to_string().as_str()), (7, "exit 7"));
    let killed = shell.run(["sim", "exec", "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(killed.code, 128 + 9, "{killed}");
    let stranger = "U00000000000000000000000000000009";
    let refused = shell.run(["sim", "exec", "--", "hikyaku", "push", stranger, "--text", "hi"]);
    assert_eq!(refused.code, 4, "{refused}");
    let told = "note: LINE answered POST /v2/bot/message/push with 400";
    assert!(refused.stderr.trim_end().ends_with(told), "{refused}");
    let json = shell.run(["sim", "exec", "--json", "--", "hikyaku", "push", stranger, "--text=hi"]);
    assert!(json.code == 4 && !json.stderr.contains("note"), "{json}");
}

#[test]
fn a_command_that_is_not_there_is_named() {
    for words in [&["sim", "exec", "--", "no-such-program"][..], &["sim", "exec"]] {
        let outcome = Shell::bare().run(words.iter().copied());
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (2, 1), "{outcome}");
        let what = if words.len() == 2 { "COMMAND" } else { "cannot run no-such-program: " };
        assert!(outcome.stderr.contains(what), "{outcome}");
    }
}

#[test]
fn signals_are_passed_on() {
    for (signal, code) in [("TERM", 9), ("INT", 8)] {
        let script =
            "trap 'exit 9' TERM; trap 'exit 8' INT; echo ready; while :; do sleep 0.02; done";
        let mut started = shell().start(["sim", "exec", "--", "sh", "-c", script]);
        assert_eq!(started.lines().next().as_deref(), Some("ready"));
        assert_eq!(started.stop(signal).0, Some(code), "{signal}");
    }
}

#[test]
fn the_python_example_passes_its_own_tests() {
    let from = example("python");
    let Some(python) = python(&from) else { return };
    let words = ["-m", "unittest", "-v", "test_bot"];
    let shell =
        shell().with("PYTHONPATH", from.to_str().unwrap()).with("PYTHONDONTWRITEBYTECODE", "1");
    let exec = ["sim", "exec", "--friends", "1", "--", python.to_str().unwrap()];
    let outcome = shell.run(exec.into_iter().chain(words));
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains("Ran 3 tests"), "{outcome}");
}

#[test]
fn the_node_example_passes_its_own_tests() {
    let Some(folder) = node(&example("node")) else { return };
    let test = folder.join("bot.test.mjs");
    let exec = ["sim", "exec", "--friends", "1", "--", "node", "--test", test.to_str().unwrap()];
    let outcome = shell().run(exec);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(
        outcome.stdout.contains("# pass 6") || outcome.stdout.contains("ℹ pass 6"),
        "{outcome}"
    );
}

#[test]
fn the_java_example_passes() {
    if !has("java", "-version", "HIKYAKU_TEST_JAVA") {
        return;
    }
    let test = example("java").join("PushTest.java");
    let exec = ["sim", "exec", "--friends", "1", "--", "java", test.to_str().unwrap()];
    let outcome = shell().run(exec);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "ok\n"), "{outcome}");
}

#[test]
fn the_go_example_passes_its_own_tests() {
    if !has("go", "version", "HIKYAKU_TEST_GO") {
        return;
    }
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache");
    let from = example("go");
    let go = format!("cd '{}' && go test -count=1 ./...", from.display());
    let exec = ["sim", "exec", "--friends", "1", "--", "sh", "-c", &go];
    let outcome = shell().with("GOCACHE", cache.to_str().unwrap()).run(exec);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.starts_with("ok"), "{outcome}");
}

/// Whether a program is on this machine; says so if not, unless it must be.
fn has(program: &str, version: &str, variable: &str) -> bool {
    let there = done(Command::new(program).arg(version));
    there.map_err(|why| skip(variable, &why)).is_ok()
}

pub(crate) fn example(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(language)
}

/// A Python with what the programs of a folder need; nothing where that is not possible here and need not be.
pub(crate) fn python(from: &Path) -> Option<PathBuf> {
    let requirements = from.join("requirements.txt");
    let wanted = fs::read(&requirements).unwrap();
    let to = beside(from).with_extension("venv");
    let (python, installed) = (to.join("bin/python"), to.join("installed.txt"));
    let lock = fs::File::create(to.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(python);
    }
    let mut made = Command::new("python3");
    made.args(["-m", "venv"]).arg(&to);
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "-q", "-r"]).arg(&requirements);
    for command in [&mut made, &mut pip] {
        if let Err(why) = done(command) {
            return skip("HIKYAKU_TEST_PYTHON", &why);
        }
    }
    fs::write(installed, wanted).unwrap();
    Some(python)
}

/// A copy of the programs of a folder with what they need; nothing where that is not possible here and need not be.
pub(crate) fn node(from: &Path) -> Option<PathBuf> {
    let to = beside(from);
    fs::create_dir_all(&to).unwrap();
    let lock = fs::File::create(to.join("lock")).unwrap();
    lock.lock().unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "mjs" || it == "json") {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
    let (wanted, installed) =
        (fs::read(to.join("package-lock.json")).unwrap(), to.join("installed.json"));
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Some(to);
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&to);
    if let Err(why) = done(&mut npm) {
        return skip("HIKYAKU_TEST_NODE", &why);
    }
    fs::write(installed, wanted).unwrap();
    Some(to)
}

/// A place for what belongs to a folder, where tests may write.
fn beside(folder: &Path) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder.file_name().unwrap())
}

/// Why it did not work, if so.
fn done(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
        }
        Err(why) => Err(format!("{command:?} failed: {why}")),
    }
}

fn skip(variable: &str, why: &str) -> Option<PathBuf> {
    let demanded = std::env::var(variable).as_deref() == Ok("required");
    assert!(!demanded, "{variable} demands it, but {why}");
    crate::tell(&format!("skipped: {why}"));
    None
}
