//! Fields of a JSON body; what does not fit is told by its path.

use serde_json::{Map, Value};

/// What is wrong with a request, for people: `alerts[0].labels: must be an object`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong(pub(super) String);

impl Wrong {
    pub(super) fn new(field: &str, must: &str) -> Self {
        Self(format!("{field}: {must}"))
    }
}

/// An object of a body, and where it is.
#[derive(Clone, Debug)]
pub(super) struct Object<'a> {
    fields: &'a Map<String, Value>,
    /// Ends with a `.` where it is not the body itself.
    path: String,
}

/// Reads a body.
pub(super) fn json(body: &[u8]) -> Result<Value, Wrong> {
    serde_json::from_slice(body).map_err(|why| Wrong(format!("the body is no JSON: {why}")))
}

impl<'a> Object<'a> {
    pub(super) fn of(body: &'a Value) -> Result<Self, Wrong> {
        let fields = body.as_object().ok_or_else(|| Wrong::new("the body", "must be an object"))?;
        Ok(Self { fields, path: String::new() })
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn wrong(&self, name: &str, must: &str) -> Wrong {
        Wrong(format!("{}{name}: {must}", self.path))
    }

    /// A text without blanks around it; an empty one if there is none.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, Wrong> {
        match self.get(name) {
            None => Ok(""),
            Some(Value::String(text)) => Ok(text.trim()),
            Some(_) => Err(self.wrong(name, "must be a text")),
        }
    }

    /// A text that is there.
    pub(super) fn needed_text(&self, name: &str) -> Result<&'a str, Wrong> {
        let text = self.text(name)?;
        if text.is_empty() { Err(self.wrong(name, "must not be empty")) } else { Ok(text) }
    }

    /// A whole number, also one that is written as a text.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Wrong> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| self.wrong(name, "must be a whole number"))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Wrong> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => {
                Ok(Some(Self { fields, path: format!("{}{name}.", self.path) }))
            }
            Some(_) => Err(self.wrong(name, "must be an object")),
        }
    }

    /// An object that is there.
    pub(super) fn needed_object(&self, name: &str) -> Result<Self, Wrong> {
        self.object(name)?.ok_or_else(|| self.wrong(name, "is missing"))
    }

    /// An array of objects that is there.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, Wrong> {
        let values = match self.get(name) {
            Some(Value::Array(values)) => values,
            Some(_) => return Err(self.wrong(name, "must be an array")),
            None => return Err(self.wrong(name, "is missing")),
        };
        let object = |(at, value): (usize, &'a Value)| {
            let path = format!("{}{name}[{at}]", self.path);
            let fields = value.as_object().ok_or_else(|| Wrong::new(&path, "must be an object"))?;
            Ok(Self { fields, path: format!("{path}.") })
        };
        values.iter().enumerate().map(object).collect()
    }

    /// An array of texts; an empty one if there is none.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a str>, Wrong> {
        let must = "must be an array of texts";
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let text = |value: &'a Value| value.as_str().ok_or_else(|| self.wrong(name, must));
                values.iter().map(text).collect()
            }
            Some(_) => Err(self.wrong(name, must)),
        }
    }

    /// The fields that have a value, each as a text.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
        self.fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.as_str(), text)
        })
    }
}
