//! The state of a simulator as one document: to be kept, and to go on from.

use std::time::Duration;

use hikyaku_model::limits::Rate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use crate::{
    api::{self, ENDPOINTS},
    settings::Settings,
    state::World,
};

/// What a document says that it is.
const FORMAT: &str = "hikyaku-sim";

/// The form of its parts. A document of another version is refused: what it means is not known.
const VERSION: u32 = 2;

/// The most bytes of a document. Our choice, to bound memory.
pub(crate) const MOST_BYTES: usize = 512 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    format: String,
    version: u32,
    #[serde(default)]
    rates: Vec<RateJson>,
    #[serde(borrow)]
    world: &'a RawValue,
}

/// A rate that differs from LINE's.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateJson {
    method: String,
    path: String,
    /// How many requests, and in how many milliseconds; nothing where there is no limit.
    rate: Option<(u32, u64)>,
}

/// The version that a document has, whatever else it has.
#[derive(Deserialize)]
struct Header {
    format: Option<Value>,
    version: Option<Value>,
}

/// Writes the state down.
pub(crate) fn export(world: &World) -> String {
    let mut rates: Vec<_> = world.rates().collect();
    rates.sort_unstable_by_key(|(endpoint, _)| *endpoint);
    let rates = rates.into_iter().filter_map(|(endpoint, rate)| {
        let endpoint = ENDPOINTS.get(endpoint)?;
        let rate = rate
            .map(|rate| (rate.requests, u64::try_from(rate.per.as_millis()).unwrap_or(u64::MAX)));
        let (method, path) = (endpoint.method.to_string(), endpoint.path.to_owned());
        Some(RateJson { method, path, rate })
    });
    let rates: Vec<RateJson> = rates.collect();
    let document = json!({
        "format": FORMAT, "version": VERSION, "rates": rates, "world": world.to_json(),
    });
    document.to_string()
}

/// Reads a state, to go on from in a simulator of these settings.
///
/// # Errors
/// The document is not a state, is of another version, or has a key that is not known.
pub(crate) fn import(json: &[u8], settings: Settings) -> Result<World, String> {
    let no_json = |error: serde_json::Error| format!("this is no state of a simulator: {error}");
    let header: Header = serde_json::from_slice(json).map_err(no_json)?;
    if header.format != Some(FORMAT.into()) {
        return Err(format!("this is no state of a simulator: `format` is not `{FORMAT}`"));
    }
    if header.version != Some(VERSION.into()) {
        let version = header.version.unwrap_or(Value::Null);
        return Err(format!(
            "this state has version {version}, and this simulator reads version {VERSION} alone; export it anew with the \
             version that wrote it, or begin with a seed"
        ));
    }
    let document: Document<'_> = serde_json::from_slice(json).map_err(no_json)?;
    debug_assert_eq!((document.format.as_str(), document.version), (FORMAT, VERSION));
    let wrong = |why| format!("this state cannot be gone on from: {why}");
    let mut world = World::from_json(document.world.get(), settings).map_err(wrong)?;
    for RateJson { method, path, rate } in document.rates {
        let endpoint = api::documented(&method, &path);
        let endpoint =
            endpoint.ok_or_else(|| wrong(format!("there is no operation {method} {path}")))?;
        let rate = rate.map(|(requests, milliseconds)| Rate {
            requests,
            per: Duration::from_millis(milliseconds.max(1)),
        });
        world.set_rate(endpoint, rate);
    }
    Ok(world)
}
