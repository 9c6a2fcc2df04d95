/// Defines a text type with its own rule: kept unchanged, checked by `FromStr` and by the call that uses it.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident: $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the text as it is sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl $crate::Check for $name {
            fn check(&self, checker: &mut $crate::Checker) {
                let check: fn(&str) -> Result<(), $crate::limits::Problem> = $check;
                if let Err(problem) = check(&self.0) {
                    checker.report(problem);
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::limits::Problem;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> Result<(), $crate::limits::Problem> = $check;
                check(text)?;
                Ok(Self(text.into()))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&$name> for $name {
            fn from(text: &$name) -> Self {
                text.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(super) use text;
