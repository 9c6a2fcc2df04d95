use super::Component;

/// The children of a box: a tuple of different kinds, or an array or [`Vec`] of one kind.
///
/// ```
/// use hikyaku_model::{Action, flex};
///
/// let mixed = flex::Box::vertical((
///     "The day's menu",
///     flex::Separator::new(),
///     flex::Button::new(Action::message("Order", "order")),
/// ));
/// let texts = flex::Box::vertical(["Soup", "Bread"]);
/// let made = flex::Box::vertical((1..=3).map(|n| format!("Table {n}")).collect::<Vec<_>>());
/// let empty = flex::Box::vertical(());
/// # let _ = (mixed, texts, made, empty);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the children of a Flex box",
    label = "not a tuple, array or `Vec` of components",
    note = "write children of different kinds as a tuple: `flex::Box::vertical((flex::Text::new(\"a\"), flex::Separator::new()))`",
    note = "write one child as `[child]`, none as `()`, and collect an iterator into a `Vec`"
)]
pub trait Components {
    /// Returns the children in order.
    fn into_vec(self) -> Vec<Component>;
}

#[diagnostic::do_not_recommend]
impl<C: Into<Component>, const N: usize> Components for [C; N] {
    fn into_vec(self) -> Vec<Component> {
        self.into_iter().map(Into::into).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<C: Into<Component>> Components for Vec<C> {
    fn into_vec(self) -> Vec<Component> {
        self.into_iter().map(Into::into).collect()
    }
}

impl Components for () {
    fn into_vec(self) -> Vec<Component> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        tuples!(@rest $($name)+);

        #[diagnostic::do_not_recommend]
        impl<$($name: Into<Component>),+> Components for ($($name,)+) {
            fn into_vec(self) -> Vec<Component> {
                #[expect(non_snake_case, reason = "a value goes by the name of its type")]
                let ($($name,)+) = self;
                vec![$($name.into()),+]
            }
        }
    };
    (@rest $first:ident $($name:ident)+) => { tuples!($($name)+); };
    (@rest $last:ident) => {};
}

tuples!(A B C D E F G H I J K L);
