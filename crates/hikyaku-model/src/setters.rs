/// Writes consuming setters for optional fields: those under `into` accept anything that converts, those under `plain`
/// the type itself. For this project's own crates.
#[doc(hidden)]
#[macro_export]
macro_rules! setters {
    ($name:ident { $(into { $($field:ident: $of:ty),* $(,)? })? $(plain { $($value:ident: $as:ty),* $(,)? })? }) => {
        impl $name {
            $($(
                #[doc = concat!("Sets `", stringify!($field), "`, see the field.")]
                pub fn $field(mut self, $field: impl Into<$of>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )*)?
            $($(
                #[doc = concat!("Sets `", stringify!($value), "`, see the field.")]
                pub fn $value(mut self, $value: $as) -> Self {
                    self.$value = Some($value);
                    self
                }
            )*)?
        }
    };
}

pub(crate) use setters;
