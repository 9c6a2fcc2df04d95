/// Writes consuming setters for optional fields: those of `into` take anything that converts, those of `plain` the
/// type itself.
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
