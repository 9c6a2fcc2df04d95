/// How long a `tracestate` may be that is kept.
const STATE_BYTES: usize = 512;

/// The trace that a send is a part of, as W3C's headers `traceparent` and `tracestate` name it. It is kept with a delivery
/// and never sent to LINE.
///
/// Source: <https://www.w3.org/TR/trace-context/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    pub(crate) parent: String,
    pub(crate) state: Option<String>,
}

impl TraceContext {
    /// Nothing where the parent is malformed; without the state where only that is.
    pub(crate) fn read(parent: &str, state: Option<&str>) -> Option<Self> {
        let state = state.map(str::trim).filter(|state| is_state(state)).map(str::to_owned);
        is_parent(parent.trim()).then(|| Self { parent: parent.trim().to_owned(), state })
    }
}

/// Version, trace, span and flags. A later version may have more behind them, which nobody knows.
fn is_parent(text: &str) -> bool {
    let hexadecimal = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_zero = |part: &str| part.bytes().all(|digit| digit == b'0');
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags] = parts.as_slice() else { return false };
    hexadecimal(version, 2)
        && *version != "ff"
        && hexadecimal(trace, 32)
        && !is_zero(trace)
        && hexadecimal(span, 16)
        && !is_zero(span)
        && hexadecimal(flags, 2)
}

fn is_state(text: &str) -> bool {
    let is_member = |member: &str| {
        let member = member.trim();
        member.is_empty() || member.split_once('=').is_some_and(|(key, _)| !key.is_empty())
    };
    !text.is_empty()
        && text.len() <= STATE_BYTES
        && text.bytes().all(|it| matches!(it, b' '..=b'~'))
        && text.split(',').all(is_member)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_malformed_is_dropped() {
        let kept = |parent: &str| TraceContext::read(parent, None).map(|it| it.parent);
        assert_eq!(kept(PARENT).as_deref(), Some(PARENT));
        assert_eq!(kept(&format!(" {PARENT}\n")).as_deref(), Some(PARENT));
        for malformed in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\0",
        ] {
            assert_eq!(kept(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn a_state_that_is_malformed_or_too_long_is_dropped_alone() {
        let state = |state: &str| TraceContext::read(PARENT, Some(state)).unwrap().state;
        assert_eq!(
            state("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE").as_deref().map(str::len),
            Some(39)
        );
        let long = |bytes: usize| format!("a={}", "b".repeat(bytes - 2));
        assert_eq!(state(&long(512)), Some(long(512)));
        for malformed in [&long(513), "", "no member", "a=\0", "a=\u{e9}"] {
            assert_eq!(state(malformed), None, "{malformed:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_no_panic(parent in ".{0,80}", state in ".{0,600}") {
            if let Some(kept) = TraceContext::read(&parent, Some(&state)) {
                prop_assert_eq!(kept.parent.len(), 55);
            }
        }
    }
}
