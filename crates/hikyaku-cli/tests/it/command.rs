//! Runs the real binary.

use std::{
    fmt,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::recorder::Recorder;

/// A folder to run in, with an environment that holds only what the test says.
pub(crate) struct Shell {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run left behind.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that has not ended; killed where a test forgets it.
pub(crate) struct Started(Child);

impl Started {
    /// The lines that it prints, as they come.
    pub(crate) fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        BufReader::new(self.0.stdout.take().unwrap()).lines().map(Result::unwrap)
    }

    /// The lines that it writes to stderr, as they come; `stop` has none of them then.
    pub(crate) fn errors(&mut self) -> impl Iterator<Item = String> + use<> {
        BufReader::new(self.0.stderr.take().unwrap()).lines().map(Result::unwrap)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends the signal again and again until the process has ended, and gives the exit code.
    pub(crate) fn insist(mut self, signal: &str) -> Option<i32> {
        let id = self.0.id().to_string();
        loop {
            Command::new("kill").args(["-s", signal, &id]).status().unwrap();
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
        }
    }

    /// Sends the signal.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Sends the signal, and gives the exit code and what stderr had.
    pub(crate) fn stop(self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        self.end()
    }

    /// Waits for its end, and gives the exit code and what stderr had.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let code = self.0.wait().unwrap().code();
        let mut stderr = String::new();
        if let Some(mut errors) = self.0.stderr.take() {
            errors.read_to_string(&mut stderr).unwrap();
        }
        (code, stderr)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Shell {
    /// With no environment at all.
    pub(crate) fn bare() -> Self {
        Self { folder: TempDir::new().unwrap(), environment: Vec::new() }
    }

    /// With a token, and with the recorder in LINE's place.
    pub(crate) fn at(recorder: &Recorder) -> Self {
        Self::bare()
            .with("LINE_CHANNEL_ACCESS_TOKEN", "test-token")
            .with("HIKYAKU_API_URL", &recorder.url())
            .with("HIKYAKU_DATA_URL", &recorder.url())
            .with("HIKYAKU_MANAGER_URL", &recorder.url())
    }

    /// With one more variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// With a file in the folder.
    pub(crate) fn with_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `hikyaku` with these words.
    pub(crate) fn run<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Outcome {
        self.run_with_input(words, "")
    }

    /// The same with a text on stdin.
    pub(crate) fn run_with_input<'a>(
        &self,
        words: impl IntoIterator<Item = &'a str>,
        input: &str,
    ) -> Outcome {
        self.run_program(Command::new(env!("CARGO_BIN_EXE_hikyaku")).args(words), input)
    }

    /// Runs a script of the shell, which stops at the first failure.
    pub(crate) fn run_script(&self, script: &str) -> Outcome {
        self.run_program(Command::new("/bin/sh").args(["-e", "-c", script]), "")
    }

    /// Runs another program with these words.
    pub(crate) fn run_other(&self, program: &str, words: &[&str]) -> Outcome {
        self.run_program(Command::new(program).args(words), "")
    }

    /// Starts `hikyaku` with these words, and does not wait for its end.
    pub(crate) fn start<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Started {
        Started(self.spawn(Command::new(env!("CARGO_BIN_EXE_hikyaku")).args(words)))
    }

    fn run_program(&self, program: &mut Command, input: &str) -> Outcome {
        let mut child = self.spawn(program);
        // A program that reads no input may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn spawn(&self, program: &mut Command) -> Child {
        program
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n--- {name}\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}
