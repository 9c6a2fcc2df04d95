//! The channels and limits of a worker by `hikyaku.toml`, which may change while the worker runs.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
    time::Duration,
};

use hikyaku_sender::{Lane, WorkerHandle};
use tokio::time::{MissedTickBehavior, interval};
use toml::Table;

use crate::{
    failure::usage,
    file,
    output::Output,
    profile::{Profile, WithFiles},
    table::{self, known},
    work::{Clients, Limit, WorkArgs},
};

/// How often the file is read.
const LOOK: Duration = Duration::from_secs(1);

/// Where the channels of a worker are.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// In the profiles of these names.
    Named(Vec<String>),
    /// In this file, which also names them.
    File(PathBuf),
}

/// Channels, by their names in the store, and their profiles.
type Profiles = Vec<(String, Profile)>;

/// What a source says.
#[derive(PartialEq)]
pub(crate) struct Told {
    channels: BTreeMap<String, WithFiles>,
    /// `None` if it has none, and the command line's are meant.
    pub(crate) limits: Option<Vec<Limit>>,
}

impl Source {
    /// Reads the whole of it.
    pub(crate) fn read(&self) -> anyhow::Result<Told> {
        let (profiles, limits) = match self {
            Self::Named(names) => {
                let profile = |name: &String| Ok((name.clone(), Profile::load(name)?));
                (names.iter().map(profile).collect::<anyhow::Result<Profiles>>()?, None)
            }
            Self::File(path) => {
                let text = file::read(&path.display().to_string())?;
                let (profiles, limits) = parse(&text, path)
                    .map_err(|why| usage(format!("{}: {why}", path.display())))?;
                (profiles, Some(limits))
            }
        };
        let with_files = |(name, profile): (String, Profile)| Ok((name, profile.with_files()?));
        let channels = profiles.into_iter().map(with_files).collect::<anyhow::Result<_>>()?;
        Ok(Told { channels, limits })
    }
}

fn parse(text: &str, path: &Path) -> Result<(Profiles, Vec<Limit>), String> {
    let document = table::parse(text)?;
    let worker = document.get("worker").and_then(toml::Value::as_table);
    let worker = worker.ok_or("no table [worker]; add one with channels = [\"NAME\"]")?;
    known(worker, &["channels", "limits"], " in [worker]")?;
    let channels = worker.get("channels").and_then(toml::Value::as_array);
    let channels: Option<Vec<&str>> =
        channels.and_then(|names| names.iter().map(toml::Value::as_str).collect());
    let channels = channels.filter(|names| !names.is_empty());
    let channels = channels.ok_or("[worker] names no channel; write channels = [\"NAME\"]")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let profile = |name: &str| Ok((name.to_owned(), Profile::parse(text, name, folder)?));
    let profiles = channels.into_iter().map(profile).collect::<Result<_, String>>()?;
    let limits = match worker.get("limits") {
        None => Vec::new(),
        Some(limits) => limits_of(limits.as_table().ok_or("worker.limits is no table")?)?,
    };
    Ok((profiles, limits))
}

fn limits_of(table: &Table) -> Result<Vec<Limit>, String> {
    let lanes: Vec<&str> = Lane::ALL.iter().map(|lane| lane.name()).chain(["all"]).collect();
    known(table, &lanes, " in [worker.limits]")?;
    let mut limits = Vec::new();
    if let Some(all) = table.get("all") {
        if all.as_str() != Some("none") {
            return Err("all in [worker.limits]: expected \"none\"".to_owned());
        }
        limits.push(Limit::NoneAtAll);
    }
    for (lane, rate) in table.iter().filter(|(name, _)| *name != "all") {
        let rate = rate.as_str().ok_or(format!("{lane} in [worker.limits] is no text"))?;
        let limit = format!("{lane}={rate}").parse();
        limits.push(limit.map_err(|why| format!("{lane} in [worker.limits]: {why}"))?);
    }
    Ok(limits)
}

impl Told {
    /// Returns the clients of its channels.
    pub(crate) fn clients(&self, work: &WorkArgs) -> anyhow::Result<Clients> {
        self.channels.iter().map(|(name, it)| Ok((name.clone(), work.client_of(it)?))).collect()
    }

    /// Makes a running worker serve this, and nothing of what it served before; all of it, or nothing on an error.
    /// Returns what changed.
    fn replace(
        &self,
        before: &Self,
        handle: &WorkerHandle,
        work: &WorkArgs,
    ) -> anyhow::Result<Vec<String>> {
        let mut changes = Vec::new();
        let mut clients = Clients::new();
        for (name, channel) in &self.channels {
            let what = match before.channels.get(name) {
                Some(same) if same == channel => continue,
                Some(_) => "changed",
                None => "added",
            };
            clients.push((name.clone(), work.client_of(channel)?));
            changes.push(format!("channel {name} {what}"));
        }
        handle.add_channels(clients)?;
        for name in before.channels.keys().filter(|name| !self.channels.contains_key(*name)) {
            handle.remove_channel(name);
            changes.push(format!("channel {name} removed"));
        }
        if self.limits != before.limits {
            handle.set_limits(work.limits(self.limits.as_deref()));
            changes.push("limits changed".to_owned());
        }
        Ok(changes)
    }
}

/// Reads the source again and again, and changes what the worker serves. Never ends.
///
/// It looks instead of waiting for a signal: a file that an orchestrator replaces comes with none, and Windows has none. What
/// is found counts once two looks have found the same, since somebody may be writing the file.
pub(crate) async fn follow(
    source: Source,
    begun: Told,
    handle: WorkerHandle,
    work: WorkArgs,
    output: Output,
) -> Infallible {
    let (mut served, mut found, mut complained) = (begun, None, None);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let source = source.clone();
        let read = tokio::task::spawn_blocking(move || source.read());
        let Ok(read) = read.await else { continue };
        let read = read.map_err(|why| why.to_string());
        if found.as_ref() != Some(&read) {
            found = Some(read);
            continue;
        }
        let replaced = match &read {
            Ok(told) if *told == served => {
                complained = None;
                continue;
            }
            Ok(told) => told.replace(&served, &handle, &work).map_err(|why| why.to_string()),
            Err(why) => Err(why.clone()),
        };
        match (replaced, read) {
            (Ok(changes), Ok(told)) => {
                served = told;
                complained = None;
                output.note(&format!("hikyaku.toml was read again: {}", changes.join(", ")));
                tracing::info!(changes = changes.join(", "), "hikyaku.toml was read again");
            }
            (Err(why), _) | (Ok(_), Err(why)) => {
                if complained.as_ref() != Some(&why) {
                    tracing::warn!(
                        why,
                        "hikyaku.toml cannot be used; the worker keeps its channels and limits"
                    );
                }
                complained = Some(why);
            }
        }
    }
}
