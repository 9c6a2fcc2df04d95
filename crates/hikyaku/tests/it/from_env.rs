use std::process::Command;

use hikyaku::Client;

/// What a program with these variables alone gets: its own test below, in a process of its own.
fn client_with(variables: &[(&str, &str)]) -> String {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args([
        "--exact",
        "from_env::a_program_with_an_environment",
        "--ignored",
        "--nocapture",
    ]);
    let output = program.env_clear().envs(variables.iter().copied()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "the program that the other test runs"]
#[expect(clippy::print_stdout, reason = "the other test reads it")]
fn a_program_with_an_environment() {
    match Client::from_env() {
        Ok(_) => println!("a client"),
        Err(why) => println!("{why}"),
    }
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    const TOKEN: &str = "LINE_CHANNEL_ACCESS_TOKEN";
    let urls = ["HIKYAKU_API_URL", "HIKYAKU_DATA_URL", "HIKYAKU_MANAGER_URL"];
    let with_token = urls.map(|name| (name, "")).into_iter().chain([(TOKEN, "token")]);
    let made = client_with(&with_token.collect::<Vec<_>>());
    assert!(made.contains("a client"), "{made}");
    for variables in [&[][..], &[(TOKEN, "")]] {
        let made = client_with(variables);
        assert!(made.contains("LINE_CHANNEL_ACCESS_TOKEN: is not set"), "{made}");
    }
}
