use std::{error::Error as StdError, fmt};

/// Why no whole answer came, and whether LINE can have seen the request.
///
/// Its text is that of the error beneath and of all the sources of that one, so it has no source of its own.
#[derive(Debug)]
pub struct TransportError {
    may_have_landed: bool,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// No byte of the request left: repeating it is safe whatever it asks for.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { may_have_landed: false, source: source.into() }
    }

    /// The exchange broke off after bytes may have left.
    pub fn interrupted(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { may_have_landed: true, source: source.into() }
    }

    /// The error beneath. Its text is part of this one's.
    pub fn get_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.source.as_ref()
    }

    /// Whether LINE may have received the request.
    pub fn may_have_landed(&self) -> bool {
        self.may_have_landed
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layer: &(dyn StdError + 'static) = self.source.as_ref();
        // The pool's own layer says `client error (Connect)`; the reasons that a person can act on are below it.
        if layer.is::<hyper_util::client::legacy::Error>() {
            layer = layer.source().unwrap_or(layer);
        }
        write!(f, "{layer}")?;
        while let Some(source) = layer.source() {
            layer = source;
            write!(f, ": {layer}")?;
        }
        Ok(())
    }
}

impl StdError for TransportError {}
