use hikyaku_model::audience::Limit;

/// How many messages a narrowcast keeps back, which is how many it sends at most; or why it cannot start.
///
/// Without `upToRemainingQuota` it is the whole reach, even where fewer people match: so LINE says, and so sends may be
/// refused that would have fitted.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message>
pub(crate) fn reserve(limit: &Limit, reach: u64, remaining: Option<u64>) -> Result<u64, NoQuota> {
    let wanted = limit.max.map_or(reach, |max| reach.min(max.into()));
    let Some(remaining) = remaining else { return Ok(wanted) };
    if limit.up_to_remaining_quota == Some(true) {
        Ok(wanted.min(remaining))
    } else if wanted <= remaining {
        Ok(wanted)
    } else {
        Err(NoQuota)
    }
}

/// The quota that remains is less than what must be kept back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoQuota;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_table_holds() {
        let (none, max) = (Limit::new(), Limit::new().max(30));
        let up_to = Limit::new().up_to_remaining_quota(true);
        let both = Limit::new().max(30).up_to_remaining_quota(true);
        for (limit, reach, remaining, reserved) in [
            (&none, 100, Some(100), Ok(100)),
            (&none, 100, Some(90), Err(NoQuota)),
            (&max, 100, Some(90), Ok(30)),
            (&max, 20, Some(90), Ok(20)),
            (&max, 100, Some(29), Err(NoQuota)),
            (&up_to, 100, Some(90), Ok(90)),
            (&up_to, 100, Some(50), Ok(50)),
            (&up_to, 100, Some(200), Ok(100)),
            (&both, 100, Some(90), Ok(30)),
            (&both, 100, Some(20), Ok(20)),
            (&none, 100, None, Ok(100)),
            (&both, 10, None, Ok(10)),
        ] {
            assert_eq!(
                reserve(limit, reach, remaining),
                reserved,
                "{limit:?} {reach} {remaining:?}"
            );
        }
    }
}
