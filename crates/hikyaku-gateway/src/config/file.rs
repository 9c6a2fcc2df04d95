use std::path::Path;

use crate::Error;

/// The text of a file that holds a secret, without blanks around it.
pub(super) fn read(file: &Path) -> Result<String, Error> {
    let text = std::fs::read_to_string(file)
        .map_err(|why| Error::invalid_because(format!("cannot read {}", file.display()), why))?;
    Ok(text.trim().to_owned())
}
