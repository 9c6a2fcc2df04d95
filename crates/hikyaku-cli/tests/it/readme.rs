//! The first screen of `README.md`: the same send in several languages, run as it stands.

use crate::{help::verbs, sim_exec};

const README: &str = include_str!("../../../../README.md");

/// The program of this language that sends, in the order of the page.
fn program(language: &str) -> &'static str {
    let fence = format!("```{language}\n");
    let blocks = README.split(fence.as_str()).skip(1);
    let mut programs = blocks.map(|block| block.split("```").next().unwrap());
    programs.find(|program| program.contains("HIKYAKU_SIM_FRIENDS")).unwrap()
}

/// Runs a file against a simulator, and wants one message to have arrived.
fn arrives(name: &str, program: &str, run: &str) {
    let shell = sim_exec::shell().with_file(name, program);
    let script = format!("{run} && curl -sf $HIKYAKU_API_URL/_sim/v1/outbox/latest >&2");
    let outcome = shell.run(["sim", "exec", "--friends", "1", "--", "sh", "-c", &script]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains(r#""kind":"push""#), "{outcome}");
    assert!(outcome.stderr.contains(r#""text":"hello""#), "{outcome}");
}

#[test]
fn the_program_for_the_shell_sends() {
    arrives("push.sh", program("sh"), "sh push.sh");
}

#[test]
fn the_program_in_python_sends() {
    let Some(python) = sim_exec::python(&sim_exec::example("python")) else { return };
    arrives("push.py", program("python"), &format!("{} push.py", python.display()));
}

#[test]
fn the_program_in_javascript_sends() {
    let Some(folder) = sim_exec::node(&sim_exec::example("node")) else { return };
    // Modules are looked for beside the file.
    let link = format!("ln -s {}/node_modules . && node push.mjs", folder.display());
    arrives("push.mjs", program("js"), &link);
}

#[test]
fn the_table_names_every_verb() {
    let rows: String = README.lines().filter(|line| line.starts_with("| `")).collect();
    let words: Vec<&str> = rows.split(['`', ' ', ';']).collect();
    for verb in verbs() {
        assert!(words.contains(&verb.as_str()), "{verb}");
    }
}
