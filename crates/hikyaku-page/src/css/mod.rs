//! Values that pass a strict grammar before they become CSS.
//!
//! A message's colours, lengths, ratios and angles are parsed into numbers, and the numbers are written. No text of a
//! message ever stands in a style.

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
