//! LINE's `OpenAPI` files, as far as the tests need them.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value};

/// The files, each with the name of the page that its descriptions come from.
pub(crate) const FILES: [&str; 9] = [
    "messaging-api",
    "manage-audience",
    "insight",
    "channel-access-token",
    "liff",
    "module",
    "module-attach",
    "shop",
    "webhook",
];

/// One of the files.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    root: Value,
}

/// An operation as a file declares it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Without a slash at its end.
    pub(crate) server: String,
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) content_types: Vec<String>,
}

impl Document {
    pub(crate) fn read(folder: &Path, name: &'static str) -> Self {
        let path = folder.join(format!("{name}.yml"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|why| panic!("{} cannot be read: {why}", path.display()));
        // A property called `y` is no boolean.
        let options = serde_saphyr::options! { strict_booleans: true };
        let root = serde_saphyr::from_str_with_options(&text, options)
            .unwrap_or_else(|why| panic!("{} is no YAML: {why}", path.display()));
        Self { name, root }
    }

    pub(crate) fn read_all(folder: &Path) -> Vec<Self> {
        FILES.iter().map(|name| Self::read(folder, name)).collect()
    }

    /// What a client calls: all operations but the webhook, which LINE calls.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        if self.name == "webhook" {
            return Vec::new();
        }
        let server = server(&self.root).expect("a file names its server");
        let mut operations = Vec::new();
        for (path, item) in object(&self.root["paths"]) {
            let server = crate::openapi::server(item).unwrap_or(server);
            for method in ["get", "post", "put", "delete"] {
                let Some(operation) = item.get(method) else { continue };
                let parameters = |place: &str| {
                    list(&operation["parameters"])
                        .filter(|parameter| parameter["in"] == place)
                        .map(|parameter| text(&parameter["name"]))
                        .collect()
                };
                let content = operation["requestBody"]["content"].as_object();
                operations.push(Operation {
                    id: text(&operation["operationId"]),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    server: crate::openapi::server(operation)
                        .unwrap_or(server)
                        .trim_end_matches('/')
                        .to_owned(),
                    query: parameters("query"),
                    headers: parameters("header"),
                    content_types: content.into_iter().flat_map(Map::keys).cloned().collect(),
                });
            }
        }
        operations
    }

    pub(crate) fn schemas(&self) -> &Map<String, Value> {
        object(&self.root["components"]["schemas"])
    }

    pub(crate) fn resolve<'a>(&'a self, reference: &'a str) -> (&'a str, &'a Value) {
        let name = reference.rsplit('/').next().expect("a reference has a last part");
        (name, self.schemas().get(name).unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }

    /// For each schema that is told apart by a property: its property, word and parent.
    pub(crate) fn variants(&self) -> BTreeMap<String, (String, String)> {
        let mut variants = BTreeMap::new();
        for schema in self.schemas().values() {
            let Some(mapping) = schema["discriminator"]["mapping"].as_object() else { continue };
            let property = text(&schema["discriminator"]["propertyName"]);
            for (word, reference) in mapping {
                let (child, _) = self.resolve(reference.as_str().expect("a reference"));
                variants.insert(child.to_owned(), (property.clone(), word.clone()));
            }
        }
        variants
    }
}

fn server(node: &Value) -> Option<&str> {
    node["servers"][0]["url"].as_str()
}

fn object(node: &Value) -> &Map<String, Value> {
    node.as_object().expect("an object")
}

fn list(node: &Value) -> impl Iterator<Item = &Value> {
    node.as_array().into_iter().flatten()
}

fn text(node: &Value) -> String {
    node.as_str().expect("a text").to_owned()
}
