use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use serde::{Serialize, Serializer};

use crate::{Checker, Object};

/// An object that has an unknown type or does not fit its known one, kept unchanged.
///
/// It derefs to the [`Object`], and is written back unchanged.
#[derive(Clone)]
pub struct Unknown {
    object: Object,
    /// Reads the object again, to report why it is unknown. The function is stored with the object: a check that named
    /// it would link the readers of all types into every program that sends, and few programs read messages.
    explain: fn(&Object, &mut Checker),
}

impl Unknown {
    pub(crate) fn new(object: Object, explain: fn(&Object, &mut Checker)) -> Self {
        Self { object, explain }
    }

    /// Reports why the object is unknown.
    pub(crate) fn check(&self, checker: &mut Checker) {
        (self.explain)(&self.object, checker);
    }
}

impl Deref for Unknown {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

impl DerefMut for Unknown {
    fn deref_mut(&mut self) -> &mut Object {
        &mut self.object
    }
}

impl From<Unknown> for Object {
    fn from(unknown: Unknown) -> Self {
        unknown.object
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)
    }
}

impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}
