/// The one of these names that is most like another, if any is.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|known| (distance(known, name), known)).min()?;
    (near.0 <= 4 && near.0 < near.1.len()).then_some(near.1)
}

/// How many characters must be added, removed or changed to make one text of the other. Long ones are cut.
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), &right.as_bytes()[..right.len().min(100)]);
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
