//! Values that pass a strict grammar before they become CSS.
//!
//! A message's colours, lengths, ratios and angles are parsed into numbers, and only the numbers are written. The text
//! of a message never appears in a style.

mod angle;
mod color;
mod length;
mod number;
mod ratio;
mod style;

pub use angle::Angle;
pub use color::Color;
pub use length::Length;
pub use ratio::Ratio;
pub use style::{Basis, Gradient, Property, Style, Value};
