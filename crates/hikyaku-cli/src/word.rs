use std::{error::Error, str::FromStr};

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Returns the parser for a value that is one of these words. The help and the errors list them.
pub(crate) fn one_of<T>(
    words: impl IntoIterator<Item = &'static str>,
) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}
