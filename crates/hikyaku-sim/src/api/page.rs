use http::StatusCode;

use super::{Answer, Request};

/// What begins a continuation token. The rest is the place of the next item.
const TOKEN: &str = "sim-next-";

/// The part of a list that a request asks for with `start`, and the token for the next part.
pub(crate) fn page<T>(
    request_start: Option<&str>,
    limit: usize,
    items: impl ExactSizeIterator<Item = T>,
) -> Result<(Vec<T>, Option<String>), Answer> {
    let start = match request_start {
        None => 0,
        Some(token) => {
            let place = token.strip_prefix(TOKEN).and_then(|place| place.parse().ok());
            place.ok_or_else(|| Answer::error(StatusCode::BAD_REQUEST, "Invalid start param"))?
        }
    };
    let all = items.len();
    let page: Vec<T> = items.skip(start).take(limit).collect();
    let end = start.saturating_add(page.len());
    Ok((page, (end < all).then(|| format!("{TOKEN}{end}"))))
}

impl Request {
    /// A number of the query `limit` of the query, from 1 to a highest one.
    pub(crate) fn limit(&self, usual: usize, most: usize) -> Result<usize, Answer> {
        match self.parameter("limit").map(|limit| limit.parse()) {
            None => Ok(usual),
            Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
            Some(_) => Err(Answer::parameter_invalid("limit")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_to_the_end() {
        let items = 0..5;
        let (first, next) = page(None, 2, items.clone()).unwrap();
        let (second, after) = page(next.as_deref(), 2, items.clone()).unwrap();
        let (third, end) = page(after.as_deref(), 2, items.clone()).unwrap();
        assert_eq!((first, second, third, end), (vec![0, 1], vec![2, 3], vec![4], None));
        assert!(page(Some("other"), 2, items.clone()).is_err());
        let far = format!("{TOKEN}{}", usize::MAX);
        assert_eq!(page(Some(&far), 2, items).unwrap(), (Vec::new(), None));
    }
}
