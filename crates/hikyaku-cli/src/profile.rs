use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use serde::Deserialize;
use toml::Table;

use crate::{
    environment,
    failure::usage,
    file, secret,
    table::{self, known, nearest, one_line},
};

const FILE: &str = "hikyaku.toml";

const VARIABLE: &str = "HIKYAKU_PROFILE";

/// The keys of a profile. The channel's id and secret are for calls that authenticate as the channel.
const KEYS: [&str; 13] = [
    "token",
    "token_file",
    "api_url",
    "data_url",
    "manager_url",
    "channel_id",
    "channel_secret",
    "channel_secret_file",
    "assertion_key_file",
    "assertion_key_id",
    "retries",
    "timeout",
    "ca_file",
];

// The profile from which settings are taken.
#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    // Not clap's `env`: the command line is trusted more than the environment.
    #[arg(
        long,
        value_name = "NAME",
        help = "Profile in hikyaku.toml for settings not given by flag or environment [env: HIKYAKU_PROFILE]"
    )]
    profile: Option<String>,
}

impl ProfileArgs {
    /// Returns whether the command line names a profile.
    pub(crate) fn is_given(&self) -> bool {
        self.profile.is_some()
    }

    /// Reads the named profile, or returns an empty one.
    pub(crate) fn read(&self) -> anyhow::Result<Profile> {
        if let Some(name) = self.profile.as_deref().filter(|name| !name.is_empty()) {
            return Profile::load(name);
        }
        match environment::text(VARIABLE)? {
            Some(name) => Profile::load(&name).map(Profile::unasked),
            None => Ok(Profile::default()),
        }
    }
}

/// The settings of one channel: a table `[profile.NAME]` of `hikyaku.toml`.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Profile {
    token: Option<Token>,
    token_file: Option<PathBuf>,
    pub(crate) api_url: Option<String>,
    pub(crate) data_url: Option<String>,
    pub(crate) manager_url: Option<String>,
    pub(crate) channel_id: Option<String>,
    channel_secret: Option<Token>,
    channel_secret_file: Option<PathBuf>,
    assertion_key_file: Option<PathBuf>,
    pub(crate) assertion_key_id: Option<String>,
    pub(crate) retries: Option<u32>,
    timeout: Option<f64>,
    pub(crate) ca_file: Option<PathBuf>,
    #[serde(skip)]
    name: String,
    #[serde(skip)]
    place: Place,
}

/// Where a profile comes from.
#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// The user's settings, or a file that the command line asks for.
    #[default]
    Trusted,
    /// The folder that the command runs in, which may be a stranger's.
    Folder,
    /// That folder, and only the environment names the profile.
    Unasked,
}

/// A token or secret that no debug output shows.
#[derive(PartialEq, Deserialize)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// A profile, and the contents of the files that it names: what a client is built from.
#[derive(PartialEq)]
pub(crate) struct WithFiles {
    pub(crate) profile: Profile,
    files: Vec<Vec<u8>>,
}

impl Profile {
    /// Reads a profile from the text of a file in this folder that the command line names.
    pub(crate) fn parse(text: &str, name: &str, folder: &Path) -> Result<Self, String> {
        parse(text, name, folder)
    }

    /// Reads the files that it names.
    pub(crate) fn with_files(self) -> anyhow::Result<WithFiles> {
        // What is wrong with a secret is told in its own words.
        self.token()?;
        self.channel_secret()?;
        self.assertion_key()?;
        let files =
            [&self.token_file, &self.channel_secret_file, &self.assertion_key_file, &self.ca_file];
        let read = |path: &PathBuf| file::read_exactly(&path.display().to_string());
        let files = files.into_iter().flatten().map(read).collect::<anyhow::Result<_>>()?;
        Ok(WithFiles { profile: self, files })
    }

    /// Returns its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Loads the profile with this name, from `hikyaku.toml` in the current folder or else from the user's settings.
    ///
    /// No file is read unless a profile is named: the current folder must not decide where a token from the environment
    /// is sent.
    pub(crate) fn load(name: &str) -> anyhow::Result<Self> {
        let settings = settings();
        let here = PathBuf::from(FILE);
        for path in std::iter::once(&here).chain(&settings) {
            let Some(text) = file::read_if_there(path)? else { continue };
            let folder = path.parent().unwrap_or(Path::new(""));
            let mut profile = parse(&text, name, folder)
                .map_err(|why| usage(format!("{}: {why}", path.display())))?;
            if *path == here && !is_same(&here, settings.as_deref()) {
                profile.place = Place::Folder;
            }
            return Ok(profile);
        }
        let paths: Vec<_> = std::iter::once(&here)
            .chain(&settings)
            .map(|path| path.display().to_string())
            .collect();
        Err(usage(format!(
            "profile {name} is asked for, but there is no {}; write one with a table [profile.{name}]",
            paths.join(" nor ")
        )))
    }

    /// Marks the profile as named by the environment alone.
    fn unasked(mut self) -> Self {
        if self.place == Place::Folder {
            self.place = Place::Unasked;
        }
        self
    }

    /// Refuses to let the folder's file decide where a secret from elsewhere goes, unless the command line asks for the
    /// profile: the author of that file could have the secret sent to themselves. `setting` is the one that would.
    pub(crate) fn may_send(&self, setting: &str, own_secret: bool) -> anyhow::Result<()> {
        if self.place != Place::Unasked || (own_secret && self.keeps_its_files()) {
            return Ok(());
        }
        Err(usage(format!(
            "{FILE} of this folder sets {setting} in [profile.{0}], which only {VARIABLE} names, and would get a secret that \
             is not its own; if you trust that file, add --profile {0}, or put the token into it",
            self.name
        )))
    }

    /// Returns whether the files of its secrets are also in the folder, and none is a link to a file of the user's.
    fn keeps_its_files(&self) -> bool {
        let Ok(folder) = fs::canonicalize(".") else { return false };
        [&self.token_file, &self.channel_secret_file, &self.assertion_key_file]
            .into_iter()
            .flatten()
            .all(|file| fs::canonicalize(file).is_ok_and(|file| file.starts_with(&folder)))
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some() || self.token_file.is_some()
    }

    /// Reads the token from where the profile has it.
    pub(crate) fn token(&self) -> anyhow::Result<Option<String>> {
        secret("token", self.token.as_ref(), self.token_file.as_deref())
    }

    /// Reads the channel secret from where the profile has it.
    pub(crate) fn channel_secret(&self) -> anyhow::Result<Option<String>> {
        secret("channel_secret", self.channel_secret.as_ref(), self.channel_secret_file.as_deref())
    }

    /// Reads the private key of an assertion signing key.
    pub(crate) fn assertion_key(&self) -> anyhow::Result<Option<String>> {
        secret("assertion_key", None, self.assertion_key_file.as_deref())
    }

    /// Returns the timeout of one attempt.
    pub(crate) fn timeout(&self) -> anyhow::Result<Option<Duration>> {
        let Some(seconds) = self.timeout else { return Ok(None) };
        match Duration::try_from_secs_f64(seconds) {
            Ok(time) if !time.is_zero() => Ok(Some(time)),
            _ => Err(usage(format!("the profile's timeout is {seconds}; set seconds above 0"))),
        }
    }
}

/// Reads a secret that a profile contains or names as a file.
fn secret(key: &str, here: Option<&Token>, file: Option<&Path>) -> anyhow::Result<Option<String>> {
    match (here, file) {
        (Some(_), Some(_)) => {
            Err(usage(format!("the profile has both {key} and {key}_file; leave one of them")))
        }
        (Some(secret), None) => Ok(Some(secret.0.clone())),
        (None, Some(file)) => secret::read_file(&file.display().to_string()).map(Some),
        (None, None) => Ok(None),
    }
}

/// Returns the path of the user's profiles.
fn settings() -> Option<PathBuf> {
    // A relative path would be the current folder again; XDG's rules say to ignore it.
    let settings =
        environment::value("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = settings.or_else(|| env::home_dir().map(|home| home.join(".config")));
    settings.map(|folder| folder.join("hikyaku").join(FILE))
}

/// Returns whether both are the same file, as in the folder of the user's settings.
fn is_same(here: &Path, settings: Option<&Path>) -> bool {
    let (Ok(here), Some(Ok(settings))) = (fs::canonicalize(here), settings.map(fs::canonicalize))
    else {
        return false;
    };
    here == settings
}

fn parse(text: &str, name: &str, folder: &Path) -> Result<Profile, String> {
    let document = table::parse(text)?;
    // What a worker serves, which only `hikyaku worker run --config` reads.
    known(&document, &["profile", "worker"], "")?;
    let profiles = match document.get("profile") {
        Some(value) => value.as_table().ok_or("profile is no table; write [profile.NAME]")?,
        None => &Table::new(),
    };
    let Some(profile) = profiles.get(name) else {
        let names: Vec<&str> = profiles.keys().map(String::as_str).collect();
        return Err(match nearest(name, &names) {
            Some(nearest) => format!("no profile {name}; is {nearest} meant?"),
            None => format!("no profile {name}; add a table [profile.{name}]"),
        });
    };
    let table = profile.as_table().ok_or(format!("profile.{name} is no table"))?;
    known(table, &KEYS, &format!(" in [profile.{name}]"))?;
    let mut profile: Profile = profile.clone().try_into().map_err(|error: toml::de::Error| {
        format!("[profile.{name}]: {}", one_line(&error.to_string()))
    })?;
    name.clone_into(&mut profile.name);
    // File names are relative to the file that contains them.
    let files = [
        &mut profile.token_file,
        &mut profile.channel_secret_file,
        &mut profile.assertion_key_file,
        &mut profile.ca_file,
    ];
    for path in files.into_iter().flatten() {
        *path = folder.join(&path);
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_main(text: &str) -> Result<Profile, String> {
        parse(text, "main", Path::new("/settings"))
    }

    #[test]
    fn every_key_is_read() {
        let profile = parse_main(
            r#"
            [profile.main]
            token_file = "main.token"
            api_url = "http://localhost:1"
            data_url = "http://localhost:2"
            manager_url = "http://localhost:3"
            channel_id = "1234567890"
            channel_secret = "secret"
            assertion_key_file = "main.key"
            assertion_key_id = "key"
            retries = 5
            timeout = 2.5
            ca_file = "/etc/ca.pem"
            "#,
        )
        .unwrap();
        assert_eq!(profile.token_file.as_deref(), Some(Path::new("/settings/main.token")));
        assert_eq!(profile.assertion_key_file.as_deref(), Some(Path::new("/settings/main.key")));
        assert_eq!(profile.assertion_key_id.as_deref(), Some("key"));
        assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
        assert_eq!(profile.api_url.as_deref(), Some("http://localhost:1"));
        assert_eq!(profile.channel_id.as_deref(), Some("1234567890"));
        assert_eq!(profile.channel_secret().unwrap().as_deref(), Some("secret"));
        assert_eq!(profile.retries, Some(5));
        assert_eq!(profile.timeout().unwrap(), Some(Duration::from_millis(2500)));
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest_one() {
        let why = |text| parse_main(text).unwrap_err();
        assert_eq!(
            why("[profile.main]\ntokenfile = 'x'"),
            "unknown key tokenfile in [profile.main]; is token_file meant?"
        );
        assert_eq!(why("[profiles.main]\ntoken = 'x'"), "unknown key profiles; is profile meant?");
        assert!(why("[profile.main]\nqqq = 1").contains("known are token, token_file"));
    }

    #[test]
    fn a_profile_that_is_not_there_is_an_error() {
        let why = parse_main("[profile.man]\ntoken = 'x'").unwrap_err();
        assert_eq!(why, "no profile main; is man meant?");
        assert_eq!(parse_main("").unwrap_err(), "no profile main; add a table [profile.main]");
    }

    #[test]
    fn no_error_shows_a_token() {
        for text in ["[profile.main]\ntoken = 's3cret' x", "[profile.main]\ntoken = ['s3cret']"] {
            let why = parse_main(text).unwrap_err();
            assert!(!why.contains("s3cret"), "{why}");
            assert!(!why.contains('\n'), "{why}");
        }
        let profile = parse_main("[profile.main]\ntoken = 's3cret'").unwrap();
        assert!(!format!("{profile:?}").contains("s3cret"));
    }
}
