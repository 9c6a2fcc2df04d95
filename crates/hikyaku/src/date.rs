use jiff::civil::Date;

/// A date as LINE's queries take it.
pub(crate) fn yyyymmdd(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
